"""A stylist's conversation, from a message to an answer in pieces; no rows, no Django models.

    pieces = converse(Question(...), tools=tools, model=None)     `dialogue`: by the model or the rules
    pieces = RuleStylist(tools).answer(text, ...)                 `rules.stylist`: by the rules alone
    wish = understand(text, memory)                               `rules.interpretation`

`tools` is what the database answers through, bound on the server to one shop and one shopper.
"""
