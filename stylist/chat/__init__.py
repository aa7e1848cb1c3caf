"""A stylist's conversation, from a message to an answer in pieces; no rows, no Django models.

    pieces = converse(Question(...), tools=tools, model=None)    by the model or the rules
    pieces = RuleStylist(tools).answer(text, ...)                by the rules alone
    wish = understand(text, memory)                              what a message asks for

`tools` is what the database answers through, bound on the server to one shop and one shopper.
"""
