"""The words that the rules understand, beside the taxonomy's and the table of colours."""
