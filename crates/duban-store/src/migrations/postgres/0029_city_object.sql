-- Objects of the city that requests can be about: lamp posts, trees, stops. The shape and the properties are kept as the
-- source has them, in JSON, so that whoever needs an owner, a voltage or an accuracy finds it there.
CREATE TABLE city_object (
    layer TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_en TEXT COLLATE "C" NOT NULL,
    -- The point itself, or the middle of the shape.
    lng_e7 BIGINT NOT NULL,
    lat_e7 BIGINT NOT NULL,
    shape TEXT NOT NULL,
    properties TEXT NOT NULL,
    -- When it was last new or different.
    at BIGINT NOT NULL,
    PRIMARY KEY (layer, id)
);
CREATE INDEX city_object_place ON city_object (layer, lat_e7, lng_e7);
