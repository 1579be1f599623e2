"""What a page's digest is made of, beside its versions."""

DIGESTED = {
    "page": "SELECT reference, locale, history, title, syntax, default_locale, version, parent,"
    " hidden, creator, created, modified, url, gone, renamed_to FROM page WHERE id = ?",
    "snapshot": "SELECT hex(sha256) FROM snapshot WHERE page_id = ? ORDER BY id",
    "attachment": "SELECT name, major, minor, hex(sha256), attachment.size, mimetype, author, date,"
    " comment, gone FROM attachment LEFT JOIN blob ON blob.id = blob_id WHERE page_id = ?",
    "comment": "SELECT number, author, date, text, reply_to, selection, resolved, gone FROM comment"
    " WHERE page_id = ?",
    "object": "SELECT class_name, number, guid, properties, gone FROM object WHERE page_id = ?",
    "class": "SELECT properties, hex(raw) FROM class WHERE page_id = ?",
    "tag": "SELECT position, tag FROM tag WHERE page_id = ?",
}
"""Queries by the page's key, by table. No key of another table is in it, so that archives made in
different ways of the same sources have the same digests."""
