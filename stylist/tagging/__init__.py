"""Tags of a garment from its photo: type, slot, colours, pattern, style, season, formality.

For the worker, which has the encoder and OpenCV:

    taxonomy = DEFAULT_TAXONOMY.extend(own)             `taxonomy`: also for the web process
    labels = make_labels(taxonomy, encoder)               `labels`: slow, cached by the caller
    crop = crop_to_garment(frame, aspect=labels.aspect)   `crop`
    tags = tag_crop(crop, embedding, labels)              `tagger`: returns `Tags`
    tags = tag(pixels, encoder, labels)                   `tagger`: the last two in one

Only `jobs`, `queues` and the functions of `taxonomy` that take a shop use the database.
"""
