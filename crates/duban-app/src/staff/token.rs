//! The signed word of a sign-on provider (ID token): a JWS of RFC 7515, checked against the provider's published keys
//! (RFC 7517). `ring` checks the signature; here the JSON around it is read, and nothing in it is believed before.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::{Map, Value};

/// Longer than this, in bytes, nothing is a token.
const TOKEN_MAX: usize = 64 << 10;

/// The claims of a token that one of these keys signed; none when none did, or when it is no such token.
pub(super) fn claims(token: &str, keys: &Value) -> Option<Map<String, Value>> {
    if token.len() > TOKEN_MAX {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, body) = signed.split_once('.')?;
    let head = object(head)?;
    // A header that must be understood names something that is not understood here.
    if head.contains_key("crit") {
        return None;
    }
    let (algorithm, kid) = (head.get("alg")?.as_str()?, head.get("kid").and_then(Value::as_str));
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let fits = |key: &&Value| {
        let said = |name: &str| key.get(name).and_then(Value::as_str);
        let named = kid.is_none() || said("kid").is_none() || said("kid") == kid;
        named && said("use") != Some("enc") && said("alg").is_none_or(|alg| alg == algorithm)
    };
    let mut keys = keys.get("keys")?.as_array()?.iter().filter(fits);
    keys.any(|key| is_signed(algorithm, key, signed.as_bytes(), &signature) == Some(()))
        .then(|| object(body))?
}

fn object(part: &str) -> Option<Map<String, Value>> {
    match serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// Only signatures that need the provider's private key: neither "none" nor one by a shared secret.
fn is_signed(algorithm: &str, key: &Value, signed: &[u8], signature: &[u8]) -> Option<()> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    let rsa = |parameters: &RsaParameters| {
        let key = RsaPublicKeyComponents { n: bytes("n")?, e: bytes("e")? };
        key.verify(parameters, signed, signature).ok()
    };
    let curve = |name: &str, how: &'static dyn VerificationAlgorithm| {
        let point = [vec![4], bytes("x")?, bytes("y")?].concat();
        (text("crv") == Some(name)).then_some(())?;
        UnparsedPublicKey::new(how, point).verify(signed, signature).ok()
    };
    match (algorithm, text("kty")?) {
        ("RS256", "RSA") => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        ("RS384", "RSA") => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        ("RS512", "RSA") => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        ("PS256", "RSA") => rsa(&signature::RSA_PSS_2048_8192_SHA256),
        ("PS384", "RSA") => rsa(&signature::RSA_PSS_2048_8192_SHA384),
        ("PS512", "RSA") => rsa(&signature::RSA_PSS_2048_8192_SHA512),
        ("ES256", "EC") => curve("P-256", &signature::ECDSA_P256_SHA256_FIXED),
        ("ES384", "EC") => curve("P-384", &signature::ECDSA_P384_SHA384_FIXED),
        ("EdDSA", "OKP") => {
            (text("crv") == Some("Ed25519")).then_some(())?;
            UnparsedPublicKey::new(&signature::ED25519, bytes("x")?).verify(signed, signature).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The signed example of RFC 8037, appendix A.4: its payload is no JSON, so only the signature is looked at.
    #[test]
    fn a_signature_is_the_one_that_rfc_8037_prints() {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let (signed, signature) = (
            b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        );
        let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert_eq!(is_signed("EdDSA", &key, signed, &signature), Some(()));
        assert_eq!(is_signed("ES256", &key, signed, &signature), None);
        signature[7] ^= 1;
        assert_eq!(is_signed("EdDSA", &key, signed, &signature), None);
    }

    /// The signed example of RFC 7515, appendix A.3.
    #[test]
    fn the_claims_of_rfc_7515_are_read_and_changed_ones_are_not() {
        let key = json!({"kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
        let keys = json!({"keys": [{"kty": "unknown"}, key]});
        let head = "eyJhbGciOiJFUzI1NiJ9";
        let body =
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let sign = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let read = claims(&format!("{head}.{body}.{sign}"), &keys).unwrap();
        assert_eq!(read["iss"], "joe");
        let forged = URL_SAFE_NO_PAD.encode(r#"{"iss":"eve","exp":1300819380}"#);
        assert_eq!(claims(&format!("{head}.{forged}.{sign}"), &keys), None);
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        assert_eq!(claims(&format!("{none}.{body}."), &keys), None);
        assert_eq!(claims(&format!("{head}.{body}."), &keys), None);
        assert_eq!(claims("", &keys), None);
    }
}
