//! A browser's request, as far as it has come (RFC 9112). Pure.
#![forbid(unsafe_code)]

/// The longest head, and the longest body: codes can be JWTs of some kilobytes.
pub const MAX_HEAD: usize = 64 * 1024;
const MAX_BODY: usize = 64 * 1024;

#[derive(Debug, PartialEq)]
pub enum Reading<'a> {
    /// There has to come more.
    More,
    Whole(Request<'a>),
    /// It is not read any further.
    Refused(Fault),
}

#[derive(Debug, PartialEq)]
pub struct Request<'a> {
    /// Without its query.
    pub path: &'a str,
    /// The query, and what a form has brought (OAuth 2.0 Form Post Response Mode).
    pub parameters: [&'a str; 2],
    pub host: &'a str,
    pub method: &'a str,
    is_form: bool,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    NotHttp,
    /// Another method than GET and POST.
    Method,
    /// A body whose length is not said.
    Length,
    TooLarge,
    HeadTooLarge,
    /// A body that is no form.
    Form,
    /// A page of that name is not here.
    Path,
    /// It was meant for another server.
    Host,
}

/// `head_end`: where [`end_of_head`] has found it.
pub fn read(bytes: &[u8], head_end: Option<usize>) -> Reading<'_> {
    let Some(head_end) = head_end else {
        return match bytes {
            [] => Reading::More,
            // TLS, and what else is sent to any port.
            [first, ..] if !first.is_ascii_uppercase() && !b"\r\n".contains(first) => {
                Reading::Refused(Fault::NotHttp)
            }
            _ if bytes.len() > MAX_HEAD => Reading::Refused(Fault::HeadTooLarge),
            _ => Reading::More,
        };
    };
    let (head, rest) = bytes.split_at(head_end);
    let Some(head) = std::str::from_utf8(head).ok().and_then(Head::parse) else {
        return Reading::Refused(Fault::NotHttp);
    };
    let body = match (head.is_chunked, head.length) {
        (true, _) => return Reading::Refused(Fault::Length),
        (false, Some(length)) if length > MAX_BODY => return Reading::Refused(Fault::TooLarge),
        (false, Some(length)) if rest.len() < length => return Reading::More,
        (false, length) => &rest[..length.unwrap_or(0)],
    };
    let Ok(body) = std::str::from_utf8(body) else { return Reading::Refused(Fault::Form) };
    let (path, query) = head.target.split_once('?').unwrap_or((head.target, ""));
    let parameters = [query, if head.is_form { body } else { "" }];
    let Head { method, host, is_form, .. } = head;
    Reading::Whole(Request { path, parameters, host, method, is_form })
}

/// Where the head ends that begins these bytes; of the first `seen` it is known that it does not end there.
pub fn end_of_head(bytes: &[u8], seen: usize) -> Option<usize> {
    let from = seen.saturating_sub(3);
    let ends: [&[u8]; 2] = [b"\r\n\r\n", b"\n\n"];
    let end_by = |end: &[u8]| {
        let at = bytes[from..].windows(end.len()).position(|window| window == end);
        at.map(|at| from + at + end.len())
    };
    ends.iter().filter_map(|end| end_by(end)).min()
}

impl Request<'_> {
    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// What can be brought by it, or why nothing can.
    pub fn check_method(&self) -> Result<(), Fault> {
        match self.method {
            "GET" => Ok(()),
            "POST" if self.is_form => Ok(()),
            "POST" => Err(Fault::Form),
            _ => Err(Fault::Method),
        }
    }
}

struct Head<'a> {
    method: &'a str,
    target: &'a str,
    host: &'a str,
    length: Option<usize>,
    is_chunked: bool,
    is_form: bool,
}

impl<'a> Head<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut lines = text.trim_start_matches(['\r', '\n']).lines();
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        let is_method = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
        let is_target = target.starts_with('/') && target.bytes().all(|b| (0x21..=0x7e).contains(&b));
        if !is_method || !is_target || !version.starts_with("HTTP/1.") || words.next().is_some() {
            return None;
        }
        let mut head = Self { method, target, host: "", length: None, is_chunked: false, is_form: false };
        let mut has_host = false;
        for (name, value) in lines
            .take_while(|line| !line.is_empty())
            .map(|line| line.split_once(':'))
            .map(Option::unwrap_or_default)
        {
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                // RFC 9112 section 3.2: one, and no more.
                "host" if has_host => return None,
                "host" => (head.host, has_host) = (value, true),
                "content-length" => {
                    let length = value.parse().ok().filter(|_| value.bytes().all(|b| b.is_ascii_digit()))?;
                    if head.length.replace(length).is_some_and(|before| before != length) {
                        return None;
                    }
                }
                "transfer-encoding" => head.is_chunked = true,
                "content-type" => {
                    let kind = value.split(';').next().unwrap_or_default().trim();
                    head.is_form = kind.eq_ignore_ascii_case("application/x-www-form-urlencoded");
                }
                "" => return None,
                _ => {}
            }
        }
        Some(head)
    }
}

#[cfg(test)]
mod tests;
