//! Bodies that are not what the protocol says: a proxy's page, say.

/// Whether the body is an HTML page.
pub(crate) fn is_page(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let tag = start.get(..9).unwrap_or(start).to_ascii_lowercase();
    tag.starts_with(b"<html") || tag.starts_with(b"<!doctype")
}

/// The beginning of a body as one line of text, for messages.
pub(crate) fn beginning(body: &[u8]) -> String {
    const MOST: usize = 120;
    // Four bytes for each character at most, and some space that is passed over.
    let text = String::from_utf8_lossy(&body[..body.len().min(8 * MOST)]);
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
