"""SQL statements of the roll-up: each reads the rows after `low`, up to and including `high`.

Days are in UTC. Statements that add to figures run under the watermark's lock.
"""

# Without our own transaction, which has written nothing that is counted.
OLDEST_WRITER = """
SELECT clock_timestamp(), min(xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""

# A result without a match comes from an index that is not calibrated yet; it may be a good one.
READ_PROMPTS = """
SELECT shop_id, (created_at AT TIME ZONE 'UTC')::date, source, prompt,
    NOT jsonb_path_exists(results, '$[*] ? (!(@.match == "none"))'),
    CASE WHEN jsonb_typeof(timings_ms -> 'total') = 'number'
        THEN (timings_ms ->> 'total')::float END
FROM recommendations_prompt WHERE id > %(low)s AND id <= %(high)s
    -- Further pages of a search are no searches.
    AND (feed IS NULL OR source = 'feed')
"""

# Materialised: under row-level security PostgreSQL would not compare the id, which a function
# returns, by the index of images.
COUNT_ANSWERS = """
WITH shown AS MATERIALIZED (
    SELECT prompt.shop_id, (prompt.created_at AT TIME ZONE 'UTC')::date AS day,
        (result ->> 'id')::uuid AS image_id
    FROM recommendations_prompt AS prompt
    CROSS JOIN LATERAL jsonb_array_elements(prompt.results) AS result
    WHERE prompt.id > %(low)s AND prompt.id <= %(high)s
)
INSERT INTO recommendations_imagefigures AS figures (shop_id, image_id, day, answers)
SELECT shown.shop_id, image.id, shown.day, count(*)
FROM shown JOIN catalog_image AS image ON image.id = shown.image_id
    AND image.shop_id = shown.shop_id AND image.deleted_at IS NULL
GROUP BY 1, 2, 3
ON CONFLICT (shop_id, day, image_id) DO UPDATE SET answers = figures.answers + EXCLUDED.answers
"""

# A shopper, or else a visitor, counts once a day for each image and kind of event, by the event
# that arrived first, however late it is. An event without either counts on its own.
SAME_DAY = """
    earlier.shop_id = arrived.shop_id AND earlier.image_id = arrived.image_id
    AND earlier.kind = arrived.kind AND earlier.id <= %(low)s
    AND earlier.occurred_at >= day::timestamp AT TIME ZONE 'UTC'
    AND earlier.occurred_at < (day + 1)::timestamp AT TIME ZONE 'UTC'
"""
FIRST_EVENTS = f"""
SELECT DISTINCT ON (shop_id, image_id, kind, day, identity) *
FROM (
    SELECT *, (occurred_at AT TIME ZONE 'UTC')::date AS day,
        coalesce(shopper_id::text, nullif(visitor, ''), id::text) AS identity
    FROM recommendations_event WHERE id > %(low)s AND id <= %(high)s
) AS arrived
WHERE NOT EXISTS (
    SELECT 1 FROM recommendations_event AS earlier
    WHERE earlier.shopper_id = arrived.shopper_id AND {SAME_DAY}
) AND (arrived.visitor = '' OR NOT EXISTS (
    SELECT 1 FROM recommendations_event AS earlier
    WHERE earlier.visitor = arrived.visitor AND earlier.visitor <> '' AND {SAME_DAY}
))
ORDER BY shop_id, image_id, kind, day, identity, id
"""  # noqa: S608 - made of constants

# The probability that a shopper looks at a position falls with the position's logarithm, as in
# discounted cumulated gain (Järvelin and Kekäläinen, ACM TOIS 20(4), 2002). That clicks are looks
# times attraction is the position-based model (Craswell et al., WSDM 2008). An impression without
# a position counts as one look.
COUNT_IMAGES = f"""
INSERT INTO recommendations_imagefigures AS figures (shop_id, image_id, day,
    impressions, clicks, likes, dislikes, add_to_carts, purchases, expected)
SELECT event.shop_id, event.image_id, event.day,
    count(*) FILTER (WHERE kind = 'impression'), count(*) FILTER (WHERE kind = 'click'),
    count(*) FILTER (WHERE kind = 'like'), count(*) FILTER (WHERE kind = 'dislike'),
    count(*) FILTER (WHERE kind = 'add_to_cart'), count(*) FILTER (WHERE kind = 'purchase'),
    coalesce(sum(ln(2) / ln(1 + greatest(coalesce(position, 1), 1)::float))
        FILTER (WHERE kind = 'impression'), 0)
FROM ({FIRST_EVENTS}) AS event
JOIN catalog_image AS image ON image.id = event.image_id AND image.deleted_at IS NULL
GROUP BY 1, 2, 3
ON CONFLICT (shop_id, day, image_id) DO UPDATE SET
    impressions = figures.impressions + EXCLUDED.impressions,
    clicks = figures.clicks + EXCLUDED.clicks,
    likes = figures.likes + EXCLUDED.likes,
    dislikes = figures.dislikes + EXCLUDED.dislikes,
    add_to_carts = figures.add_to_carts + EXCLUDED.add_to_carts,
    purchases = figures.purchases + EXCLUDED.purchases,
    expected = figures.expected + EXCLUDED.expected
"""  # noqa: S608 - the statement above is a constant

READ_EVENTS = f"""
SELECT shop_id, day, kind, count(*) FROM ({FIRST_EVENTS}) AS event GROUP BY 1, 2, 3
"""  # noqa: S608 - as above

READ_NUMBER = """
SELECT count(*) FROM recommendations_event WHERE id > %(low)s AND id <= %(high)s
"""

# Each answer counts as clicked once: a click up to `low` has already been counted.
READ_OUTCOMES = """
SELECT prompt.shop_id, (prompt.created_at AT TIME ZONE 'UTC')::date,
    CASE WHEN prompt.source IN ('search', 'agent') THEN prompt.prompt ELSE '' END,
    outcome.kind, count(*)
FROM (
    SELECT DISTINCT event.prompt_id, event.shop_id, event.kind
    FROM recommendations_event AS event
    WHERE event.id > %(low)s AND event.id <= %(high)s
        AND event.kind IN ('click', 'add_to_cart') AND event.prompt_id IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM recommendations_event AS earlier
            WHERE earlier.prompt_id = event.prompt_id AND earlier.kind = event.kind
                AND earlier.id <= %(low)s)
) AS outcome
JOIN recommendations_prompt AS prompt
    ON prompt.id = outcome.prompt_id AND prompt.shop_id = outcome.shop_id
GROUP BY 1, 2, 3, 4
"""

ADD_TEXTS = """
INSERT INTO recommendations_promptfigures AS figures
    (shop_id, day, text, asked, no_match, clicked)
VALUES (%s, %s, %s, %s, %s, 0)
ON CONFLICT (shop_id, day, text) DO UPDATE SET
    asked = figures.asked + EXCLUDED.asked, no_match = figures.no_match + EXCLUDED.no_match
"""

# An update only: a text without a row was deleted because it is rare.
ADD_CLICKS = """
UPDATE recommendations_promptfigures SET clicked = clicked + %s
WHERE shop_id = %s AND day = %s AND text = %s
"""
