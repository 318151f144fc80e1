//! Lists: pages, cursors and parameters.

use crate::world::World;

#[tokio::test]
async fn pages_follow_each_other() {
    let world = World::new().await;
    for service in ["one", "two", "three"] {
        assert_eq!(world.deploy(service, &[]).await.status, 202);
    }
    let mut path = "/api/v1/deployments?limit=2&sort=created_at".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = world.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let items = page.body["data"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["service"].as_str().unwrap().to_owned()));
        let more = page.body["pagination"]["has_more"].as_bool().unwrap();
        let link = page.header("link");
        assert_eq!(link.is_empty(), !more);
        if !more {
            break;
        }
        path = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned();
    }
    assert_eq!(seen, ["one", "two", "three"]);
}

#[tokio::test]
async fn cursors_are_of_their_list_and_cannot_be_made_up() {
    let world = World::new().await;
    for service in ["one", "two"] {
        world.deploy(service, &[]).await;
    }
    let first = world.get("/api/v1/deployments?limit=1").await;
    let cursor = first.body["pagination"]["next_cursor"].as_str().unwrap();
    let mut tampered = cursor.to_owned().into_bytes();
    let last = tampered.len() - 2;
    tampered[last] = if tampered[last] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    for (path, status) in [
        (format!("deployments?cursor={cursor}"), 200),
        (format!("deployments?cursor={cursor}&sort=-created_at"), 200),
        (format!("deployments?cursor={cursor}&sort=created_at"), 400),
        (format!("deployments?cursor={cursor}&service=one"), 400),
        (format!("operations?cursor={cursor}"), 400),
        (format!("deployments?cursor={tampered}"), 400),
        (format!("deployments?cursor={}", &cursor[..10]), 400),
        ("deployments?cursor=".to_owned(), 400),
        ("deployments?cursor=%00%ff".to_owned(), 400),
    ] {
        let answer = world.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    // A cursor ends with the process that made it.
    let other = World::new().await;
    assert_eq!(other.get(&format!("/api/v1/deployments?cursor={cursor}")).await.status, 400);
}

#[tokio::test]
async fn parameters_are_checked_all_at_once() {
    let world = World::new().await;
    let lists =
        ["deployments", "operations", "resources", "environments", "services", "local/journal"];
    for list in lists {
        for (query, status) in [
            ("limit=1", 200),
            ("limit=101", 200),
            ("limit=99999999999", 200),
            ("limit=0", 400),
            ("limit=-1", 400),
            ("limit=x", 400),
            ("limit=1&limit=1", 400),
            ("colour=red", 400),
            ("%6Cimit=1", 200),
        ] {
            let answer = world.get(&format!("/api/v1/{list}?{query}")).await;
            assert_eq!(answer.status, status, "{list}?{query}: {}", answer.body);
        }
    }
    for list in ["deployments", "resources", "local/journal"] {
        assert_eq!(world.get(&format!("/api/v1/{list}?cloud=aws")).await.status, 200, "{list}");
        assert_eq!(world.get(&format!("/api/v1/{list}?cloud=sky")).await.status, 400, "{list}");
    }
    let answer = world.get("/api/v1/deployments?limit=0&status=odd&colour=red").await;
    let details = answer.body["error"]["details"].as_array().unwrap();
    let fields: Vec<_> = details.iter().map(|detail| detail["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["status", "limit", "colour"]);
}
