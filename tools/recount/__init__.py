"""An independent recount (đếm lại): what an exported log says, without the code that wrote the catalogue.

It reads docs/format.md, not our types: what it finds may be held against the catalogue's own rows.
"""
