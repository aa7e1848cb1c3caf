"""What the rules answer to each kind of question: generators of pieces, the first words first."""
