//! Key pairs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::harness::{Cloud, text};

const PUBLIC: &str = include_str!("../../../aws-compute/src/ec2/key_pairs/material/example.pub");

#[tokio::test]
async fn keys_are_made_in_both_kinds() {
    let cloud = Cloud::new();
    for (kind, begin, length) in [
        ("rsa", "-----BEGIN RSA PRIVATE KEY-----\n", 59),
        ("ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\n", 44),
    ] {
        let input = json!({ "KeyName": kind, "KeyType": kind });
        let created = cloud.ok("ec2", "CreateKeyPair", input.clone()).await;
        assert!(text(&created, "/KeyMaterial").starts_with(begin));
        assert_eq!(text(&created, "/KeyFingerprint").len(), length);
        assert_eq!(created.get("Tags"), None, "nothing was tagged");
        let message = cloud.fails("ec2", "CreateKeyPair", input, "InvalidKeyPair.Duplicate").await;
        assert_eq!(message, "The keypair already exists");
        let input = json!({ "KeyNames": [kind], "IncludePublicKey": true });
        let shown = cloud.ok("ec2", "DescribeKeyPairs", input).await;
        let key = &shown["KeyPairs"][0];
        assert_eq!(key["KeyFingerprint"], created["KeyFingerprint"]);
        assert_eq!(key["KeyType"], kind);
        assert!(text(key, "/PublicKey").starts_with(&format!("ssh-{kind} ")));
    }
}

#[tokio::test]
async fn keys_are_imported_found_and_deleted() {
    let cloud = Cloud::new();
    let input = json!({ "KeyName": "mine", "PublicKeyMaterial": STANDARD.encode(PUBLIC) });
    let imported = cloud.ok("ec2", "ImportKeyPair", input).await;
    let id = text(&imported, "/KeyPairId");
    assert!(id.starts_with("key-0"));
    let input = json!({ "KeyName": "bad", "PublicKeyMaterial": STANDARD.encode("ssh-rsa x") });
    cloud.fails("ec2", "ImportKeyPair", input, "InvalidKey.Format").await;
    let input = json!({ "KeyPairIds": [id] });
    let shown = cloud.ok("ec2", "DescribeKeyPairs", input).await;
    assert_eq!(shown["KeyPairs"][0]["KeyName"], "mine");
    assert!(shown["KeyPairs"][0].get("PublicKey").is_none());
    let input = json!({ "KeyNames": ["other"] });
    let message = cloud.fails("ec2", "DescribeKeyPairs", input, "InvalidKeyPair.NotFound").await;
    assert_eq!(message, "The key pair 'other' does not exist");
    let deleted = cloud.ok("ec2", "DeleteKeyPair", json!({ "KeyName": "mine" })).await;
    assert_eq!(deleted, json!({ "Return": true, "KeyPairId": id }));
    let again = cloud.ok("ec2", "DeleteKeyPair", json!({ "KeyName": "mine" })).await;
    assert_eq!(again, json!({ "Return": true }));
}

#[tokio::test]
async fn keys_are_imported_in_each_of_the_vendors_forms() {
    const RFC4716: &str =
        include_str!("../../../aws-compute/src/ec2/key_pairs/material/example.rfc4716");
    const DER: &str = include_str!("../../../aws-compute/src/ec2/key_pairs/material/example.der");
    let cloud = Cloud::new();
    let mut seen = Vec::new();
    let dos = RFC4716.replace('\n', "\r\n");
    for (name, form) in [("ssh", PUBLIC), ("rfc", RFC4716), ("dos", dos.as_str()), ("der", DER)] {
        let input = json!({ "KeyName": name, "PublicKeyMaterial": STANDARD.encode(form) });
        let imported = cloud.ok("ec2", "ImportKeyPair", input).await;
        let input = json!({ "KeyNames": [name], "IncludePublicKey": true });
        let shown = cloud.ok("ec2", "DescribeKeyPairs", input).await;
        let key = text(&shown, "/KeyPairs/0/PublicKey");
        let key = key.split(' ').take(2).collect::<Vec<_>>().join(" ");
        seen.push((text(&imported, "/KeyFingerprint"), key));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
    for form in [RFC4716.replace("AAAA", "AAA"), RFC4716.replace("---- END", "---- FIN")] {
        let input = json!({ "KeyName": "bad", "PublicKeyMaterial": STANDARD.encode(form) });
        cloud.fails("ec2", "ImportKeyPair", input, "InvalidKey.Format").await;
    }
}
