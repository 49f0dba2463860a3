//! Objects of the city (城市设施): written from a file, found around a point and by their ids.

use duban_domain::{Stamp, lang::Words, object::CityObject, place::Point};

use crate::{
    ReadTx, StoreError, WriteTx,
    value::{Row, params},
};

const OBJECT: &str = "id, name, name_en, lng_e7, lat_e7, shape, properties";

fn object(row: &Row<'_>) -> Result<CityObject, StoreError> {
    Ok(CityObject {
        id: row.text(0)?,
        name: Words { zh: row.text(1)?, en: row.text(2)? },
        point: Point { lng_e7: row.int(3)?, lat_e7: row.int(4)? },
        shape: row.text(5)?,
        properties: row.text(6)?,
    })
}

impl ReadTx<'_> {
    /// How many objects a layer has.
    ///
    /// # Errors
    /// The engine's.
    pub fn object_count(&mut self, layer: &str) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM city_object WHERE layer = $1", params![layer])
    }

    /// One object of a layer.
    ///
    /// # Errors
    /// The engine's.
    pub fn object(&mut self, layer: &str, id: &str) -> Result<Option<CityObject>, StoreError> {
        let sql = format!("SELECT {OBJECT} FROM city_object WHERE layer = $1 AND id = $2");
        self.first(&sql, params![layer, id], object)
    }

    /// Objects of a layer in a box (west, south, east, north), those near a point first; nearly in order, for a degree
    /// of longitude is shorter than one of latitude.
    ///
    /// # Errors
    /// The engine's.
    pub fn objects_in(
        &mut self,
        layer: &str,
        [west, south, east, north]: [i64; 4],
        at: Point,
        limit: i64,
    ) -> Result<Vec<CityObject>, StoreError> {
        let sql = format!(
            "SELECT {OBJECT} FROM city_object
             WHERE layer = $1 AND lat_e7 BETWEEN $2 AND $3 AND lng_e7 BETWEEN $4 AND $5
             ORDER BY (lat_e7 - $6) * (lat_e7 - $6) + (lng_e7 - $7) * (lng_e7 - $7), id LIMIT $8"
        );
        self.all(&sql, params![layer, south, north, west, east, at.lat_e7, at.lng_e7, limit], object)
    }
}

impl WriteTx<'_> {
    /// Writes an object of a layer; whether it was new or differed.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_object(&mut self, layer: &str, o: &CityObject, now: Stamp) -> Result<bool, StoreError> {
        let sql = "INSERT INTO city_object (layer, id, name, name_en, lng_e7, lat_e7, shape, properties, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (layer, id) DO UPDATE SET name = excluded.name, name_en = excluded.name_en,
                lng_e7 = excluded.lng_e7, lat_e7 = excluded.lat_e7, shape = excluded.shape,
                properties = excluded.properties, at = excluded.at
             WHERE city_object.name <> excluded.name OR city_object.name_en <> excluded.name_en
                OR city_object.shape <> excluded.shape OR city_object.properties <> excluded.properties
                OR city_object.lng_e7 <> excluded.lng_e7 OR city_object.lat_e7 <> excluded.lat_e7";
        let (zh, en, point) = (&o.name.zh, &o.name.en, o.point);
        let params = params![layer, &o.id, zh, en, point.lng_e7, point.lat_e7, &o.shape, &o.properties, now];
        Ok(self.exec(sql, params)? > 0)
    }
}
