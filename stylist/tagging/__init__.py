"""Tags of a garment from its photo: type, slot, colours, pattern, style, season, formality.

For the worker, which has the encoder and OpenCV:

    taxonomy = DEFAULT_TAXONOMY.extend(own)            `taxonomy`: also for the web process
    labels = make_labels(taxonomy, encoder)              `labels`: slow, cached by the caller
    garments = find_garments(frame, encode, labels)      `detection.detector`: the main one first
    tags = tag(pixels, encoder, labels)                  the same, only the main garment's `Tags`

Only `jobs`, `queues` and the functions of `taxonomy` that take a shop use the database.
"""
