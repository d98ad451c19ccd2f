//! The head of an HTTP answer, read with curl's patience (RFC 9112 sections 2.2, 4 and 5): a header that nobody needs
//! never costs an answer.
#![forbid(unsafe_code)]

/// What is looked at. All else is passed over, whatever it holds.
const KNOWN: [&str; 12] = [
    "Age",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "DPoP-Nonce",
    "Date",
    "Expires",
    "Retry-After",
    "Transfer-Encoding",
    "WWW-Authenticate",
];
const PREFIX: &[u8] = b"HTTP/";

#[derive(Debug, Default)]
pub struct Head {
    /// 0 where no status line came.
    pub status: u16,
    /// Those that are known.
    pub headers: Vec<(&'static str, String)>,
    /// The number of the first line that is none of a head, its status line being 1.
    pub odd_line: Option<usize>,
    is_http_1_0: bool,
    /// Something in it might be read in two ways.
    is_irregular: bool,
    lines: usize,
    length_line: usize,
    /// A line that begins with a blank goes on with the last of `headers`.
    is_open: bool,
}

/// How the end of a body is known (RFC 9112 section 6.3).
#[derive(Debug, PartialEq, Eq)]
pub enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

impl Head {
    /// `HTTP/1.1 200 OK`, without its end. A status is enough; HTTP/0.9 has none.
    pub fn from_status_line(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_start();
        let rest = line.get(PREFIX.len()..).filter(|_| may_be_status_line(line))?;
        let (version, rest) = rest.split_at(rest.iter().position(|b| is_blank(*b))?);
        let is_http_1_0 = match version {
            b"1" | b"1.0" => true,
            // 2 and 3: as an HTTP library says of an answer that came by another protocol.
            b"2" | b"2.0" | b"3" | b"3.0" | [b'1', b'.', b'1'..=b'9'] => false,
            _ => return None,
        };
        let (digits, rest) = rest.trim_ascii_start().split_at_checked(3)?;
        if rest.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let status = std::str::from_utf8(digits).ok()?.parse().ok().filter(|status| *status >= 100)?;
        Some(Self { status, is_http_1_0, lines: 1, ..Self::default() })
    }

    /// Of header lines as an HTTP library hands them over. Of several heads (a proxy's, `100 Continue`, a redirect that
    /// was followed) the last counts.
    pub fn last_of(lines: &[u8]) -> Self {
        let mut head = Self::default();
        for line in lines.split(|b| *b == b'\n') {
            let line = without_end(line);
            if line.len() >= PREFIX.len() && may_be_status_line(line) {
                head = Self::from_status_line(line).unwrap_or_default();
            } else if !line.is_empty() {
                head.add(line);
            }
        }
        head
    }

    /// The next header line, without its end.
    pub fn add(&mut self, line: &[u8]) {
        self.lines += 1;
        if line.first().copied().is_some_and(is_blank) {
            // RFC 9112 section 5.2: a folded line, where those before it were one.
            self.is_irregular = true;
            if let Some((_, value)) = self.headers.last_mut().filter(|_| self.is_open) {
                *value = format!("{value} {}", tidy(line)).trim().to_owned();
            }
            return;
        }
        self.is_open = false;
        let Some((name, value)) = named(line) else {
            self.is_irregular = true;
            self.odd_line.get_or_insert(self.lines);
            return;
        };
        self.is_irregular |= line[name.len()] != b':' || value.iter().any(u8::is_ascii_control);
        let known = KNOWN.iter().find(|known| known.as_bytes().eq_ignore_ascii_case(name));
        if let Some(known) = known {
            if *known == "Content-Length" {
                self.length_line = self.lines;
            }
            self.headers.push((known, tidy(value)));
            self.is_open = true;
        }
    }

    /// Or the number of the line with a length that is none, or differs from one before.
    pub fn framing(&self) -> Result<Framing, usize> {
        if self.says("Transfer-Encoding", "chunked") {
            // RFC 9112 section 6.3: whatever a Content-Length says beside it.
            return Ok(Framing::Chunked);
        }
        if self.tokens("Transfer-Encoding").any(|coding| !coding.eq_ignore_ascii_case("identity")) {
            return Ok(Framing::UntilClose);
        }
        let mut lengths = self.tokens("Content-Length");
        let Some(first) = lengths.next() else { return Ok(Framing::UntilClose) };
        if !first.bytes().all(|b| b.is_ascii_digit()) || lengths.any(|length| length != first) {
            return Err(self.length_line);
        }
        // One of more than twenty digits is as good as any that is too large.
        Ok(Framing::Length(first.parse().unwrap_or(u64::MAX)))
    }

    /// Whether the connection can carry one more request (RFC 9112 section 9.3). After anything odd it cannot.
    pub fn keeps_open(&self) -> bool {
        !self.is_irregular
            && !self.says("Connection", "close")
            && (!self.is_http_1_0 || self.says("Connection", "keep-alive"))
    }

    /// How many lines there are, the status line among them.
    pub fn lines(&self) -> usize {
        self.lines
    }

    fn says(&self, name: &str, word: &str) -> bool {
        self.tokens(name).any(|token| token.eq_ignore_ascii_case(word))
    }

    /// The members of a header that is a list, wherever they stand.
    fn tokens<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.headers.iter().filter(move |header| header.0 == name).map(|header| &header.1);
        values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
    }
}

/// Without a CR, or several, before the LF.
pub fn without_end(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_suffix(b"\r") {
        line = rest;
    }
    line
}

/// Whether it is one as far as it goes.
pub fn may_be_status_line(line: &[u8]) -> bool {
    let begin = &line[..line.len().min(PREFIX.len())];
    !begin.is_empty() && begin.eq_ignore_ascii_case(&PREFIX[..begin.len()])
}

/// Name and value of a header line, as they came.
fn named(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|b| *b == b':')?;
    let name = line[..colon].trim_ascii_end();
    is_token(name).then(|| (name, &line[colon + 1..]))
}

/// What a method is and a header's name (RFC 9110 section 5.6.2).
pub fn is_token(name: &[u8]) -> bool {
    let is_fit = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b);
    !name.is_empty() && name.iter().all(is_fit)
}

/// A value of any encoding as one line of text.
fn tidy(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    if !text.contains(char::is_control) {
        return text.trim().to_owned();
    }
    text.replace(char::is_control, " ").trim().to_owned()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
