"""A conversation with the stylist, from a message to an answer in pieces.

    pieces = converse(Question(...), tools=tools, model=None)    by the model or the rules
    pieces = answer_by_rules(Question(...), tools)               by the rules alone
    intent = understand(text, memory)                            what a message asks for

`dialogue`, `llm`, `rules` and `shared` use the database only through `tools`, which the server
binds to one shop and one shopper. `conversations` stores messages, `shop_tools` has the tools.
"""
