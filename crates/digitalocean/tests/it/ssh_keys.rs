//! SSH keys.

use serde_json::json;

use crate::{World, not_found, unprocessable};

const PUBLIC: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPYtZ5JxmBRBLBnJTJPrqGZVgMGRDm2Gtw6QmBbMgWQk test";
// `ssh-keygen -l -E md5` of the above.
const FINGERPRINT: &str = "ed:db:12:80:15:14:b2:88:9f:6d:c2:c0:f1:0f:8b:c0";

#[tokio::test]
async fn keys_are_found_by_id_and_fingerprint() {
    let world = World::new();
    let input = json!({"name": "mine", "public_key": PUBLIC});
    let made = world.call("ssh_keys", "create", input.clone()).await.unwrap();
    let key = &made["ssh_key"];
    assert_eq!(key["fingerprint"], FINGERPRINT);
    assert_eq!(key["public_key"], PUBLIC);
    let again = world.call("ssh_keys", "create", input).await;
    assert_eq!(again, unprocessable("SSH Key is already in use on your account"));
    for identifier in [key["id"].to_string(), FINGERPRINT.to_owned()] {
        let of = json!({"ssh_key_identifier": identifier});
        let found = world.call("ssh_keys", "get", of).await.unwrap();
        assert_eq!(found["ssh_key"]["name"], "mine");
    }
    let list = world.call("ssh_keys", "list", json!({})).await.unwrap();
    assert_eq!((&list["meta"]["total"], &list["ssh_keys"][0]), (&json!(1), key));

    let droplet = world.droplet("web", json!({"ssh_keys": [key["id"], FINGERPRINT]})).await;
    assert!(droplet > 0);

    let rename = json!({"ssh_key_identifier": FINGERPRINT, "name": "yours"});
    let renamed = world.call("ssh_keys", "update", rename).await.unwrap();
    assert_eq!(renamed["ssh_key"]["name"], "yours");
    let of = json!({"ssh_key_identifier": key["id"].to_string()});
    world.call("ssh_keys", "delete", of.clone()).await.unwrap();
    assert_eq!(world.call("ssh_keys", "delete", of.clone()).await, not_found());
    assert_eq!(world.call("ssh_keys", "get", of).await, not_found());
}

#[tokio::test]
async fn bad_keys_are_refused() {
    let world = World::new();
    let invalid = "Fingerprint could not be generated, please make sure your key is valid";
    for (input, message) in [
        (json!({"name": "a", "public_key": "-----BEGIN OPENSSH PRIVATE KEY-----"}), invalid),
        (json!({"name": "a", "public_key": "ssh-rsa AAAA"}), invalid),
        (json!({"name": "a", "public_key": PUBLIC.replace("ssh-ed25519", "ssh-rsa")}), invalid),
        (
            json!({"name": "a", "public_key": "LaLaLa"}),
            "Key invalid, key should be of the format `type key [comment]`",
        ),
        (json!({"name": "", "public_key": PUBLIC}), "Name can't be blank"),
        (json!({"name": "a", "public_key": ""}), "Public key can't be blank"),
    ] {
        let answer = world.call("ssh_keys", "create", input.clone()).await;
        assert_eq!(answer, unprocessable(message), "{input}");
    }
}
