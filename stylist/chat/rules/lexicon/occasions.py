"""Words for occasions, by the names that outfits use."""

from collections.abc import Mapping

from stylist.chat.rules.lexicon.common_words import list_words

OCCASION_WORDS: Mapping[str, str] = list_words(
    {
        "everyday": "everyday, every day, day to day, school, university, college, shopping trip, "
        "brunch, weekend, errands",
        "work": "for work, to work, at work, work outfit, work clothes, office, meeting, "
        "conference, presentation, business trip",
        "interview": "interview, job interview, funeral",
        "date": "date, date night, first date, dinner, restaurant, theatre, theater",
        "party": "party, club, clubbing, night out, birthday, christmas, new year's eve, "
        "cocktails, concert, festival",
        "wedding": "opera, wedding, wedding guest, gala, ball, prom, graduation, christening, "
        "ceremony",
        "travel": "travel, travelling, trip, flight, plane, airport, holiday, holidays, vacation, "
        "city break",
        "sport": "sport, sports, gym, workout, running, jogging, yoga, tennis, cycling, training",
        "hiking": "hike, hiking, camping, trekking, mountains",
        "beach": "beach, pool, swimming",
        "home": "at home, home office, work from home, working from home, sofa, lounging",
    }
)
