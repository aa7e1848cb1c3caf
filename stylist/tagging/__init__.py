"""Tags of a garment from its photo: type, slot, colours, pattern, style, season, formality.

For the worker, which has the encoder and OpenCV:

    taxonomy = DEFAULT_TAXONOMY.extended(own)             `taxonomy`: also for the web process
    labels = make_labels(taxonomy, encoder)               `labels`: slow, kept by the caller
    crop = crop_to_garment(frame, aspect=labels.aspect)   `cropping`
    tags = tag_crop(crop, embedding, labels)              `tagging`: answers `tags.Tags`
    tags = tag(pixels, encoder, labels)                   `tagging`: the last two in one

Imports nothing from Django but its errors' base; nothing here reads or writes a database.
"""
