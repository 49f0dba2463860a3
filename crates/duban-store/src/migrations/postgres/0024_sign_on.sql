-- What the city's own sign-on calls the owner of an account. Two accounts never share one.
CREATE TABLE sign_on (
    staff_id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
