//! What may stand in a line of a screen or a log, whoever wrote it; and the word that was meant.
#![forbid(unsafe_code)]

/// The text as one line: what ends a line is a blank, and what nobody sees is gone.
pub fn one_line(text: &str) -> String {
    text.chars().filter_map(in_line).collect()
}

/// A blank for what a screen or a log may take for the end of a line; nothing for what is not seen, or turns the letters
/// beside it around: `moc.elgoog` must not be read as another name.
pub fn in_line(character: char) -> Option<char> {
    match character {
        ' '..='~' => Some(character),
        '\u{2028}' | '\u{2029}' => Some(' '),
        _ if character.is_control() => Some(' '),
        _ if UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&character)) => None,
        _ => Some(character),
    }
}

/// Unicode's formats (Cf: marks of direction, zero widths, tags) and private use (Co), what else is ignored where it is not
/// known (Default_Ignorable_Code_Point: fillers, variation selectors), and no characters at all.
const UNSEEN: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{10ffff}'),
];

/// The word that somebody has mistyped, if it is one of these.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const MOST: usize = 3;
    const LONGEST: usize = 64;
    let known = known.filter(|_| word.len() <= LONGEST);
    let (letters, nearest) = known.map(|known| (distance(word, known), known)).min_by_key(|(d, _)| *d)?;
    (letters <= MOST).then_some(nearest)
}

/// How many letters two words differ by (Levenshtein).
pub fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

/// No more than so many bytes of it.
pub fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}
