"""Random conversations: the rules answer every message, with items of tool results only."""

import json

from hypothesis import given
from hypothesis import strategies as st

from stylist.chat.shared.answer import EndPiece, TextPiece
from stylist.chat.shared.question import Memory
from stylist.tests.chat.shop import Chat

WORDS = (
    "a", "the", "my", "this", "those", "no", "not", "without", "instead of", "and", "or",
    "with", "in", "red", "navy", "dress", "shoes", "jeans", "boots", "jacket", "floral", "wool",
    "outfit", "wedding", "work", "winter", "cheaper", "more formal", "too casual",
    "something else", "compare", "first", "second one", "number 9", "#0", "last one", "it",
    "goes with", "match", "colour", "wash", "own", "under", "50", "between 10 and 20", "€",
    "size M", "what", "show me", "hi", "thanks", "?", ".", ",", "xyzzy", "is", "can i wear",
    "how much", "weather", "order", "£9999999999", "0", "-5", "<b>", "\x00", "’", "٣", "𝒅𝒓𝒆𝒔𝒔",
)  # fmt: skip
MESSAGES = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.text(max_size=60)
)


@given(st.lists(MESSAGES, min_size=1, max_size=5))
def test_every_conversation_is_answered_from_tool_results(messages):
    chat = Chat()
    rows = {item.id: item for item in (*chat.tools.catalog, *chat.tools.wardrobe)}
    for message in messages:
        reply = chat.send(message)
        assert isinstance(reply.pieces[0], TextPiece)
        assert isinstance(reply.done, EndPiece)
        assert reply.text.strip()
        items = [*reply.items, *(item for each in reply.outfits for item in each.items)]
        assert all(rows[item.id] == item for item in items)
        stored = json.loads(json.dumps(chat.memory.to_data()))
        assert Memory.from_data(stored) == chat.memory
