-- Objects of the city that requests can be about: lamp posts, trees, stops. The shape and the properties are kept as the
-- source has them, in JSON, so that whoever needs an owner, a voltage or an accuracy finds it there.
CREATE TABLE city_object (
    layer TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    -- The point itself, or the middle of the shape.
    lng_e7 INTEGER NOT NULL,
    lat_e7 INTEGER NOT NULL,
    shape TEXT NOT NULL,
    properties TEXT NOT NULL,
    -- When it was last new or different.
    at INTEGER NOT NULL,
    PRIMARY KEY (layer, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX city_object_place ON city_object (layer, lat_e7, lng_e7);
