//! By the standard's own examples, and a symbol that another program has made.
#![forbid(unsafe_code)]

use super::codewords::{codewords, smallest, Level};
use super::*;

/// ISO/IEC 18004 annex I: "01234567" in version 1-M, as it is encoded there.
const EXAMPLE: [u8; 16] =
    [0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11];
const EXAMPLE_CORRECTION: [u8; 10] = [0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55];

#[test]
fn what_mends_misreadings_is_the_standards() {
    assert_eq!(codewords::remainder(&EXAMPLE, &codewords::generator(10)), EXAMPLE_CORRECTION);
}

#[test]
fn format_and_version_are_the_standards() {
    // Annex C: level M and mask 101. Annex D: version 7.
    assert_eq!(symbol::with_remainder(0b00_101, 10, 0x537) ^ 0x5412, 0b100_0000_1100_1110);
    assert_eq!(symbol::with_remainder(7, 12, 0x1f25), 0b00_0111_1100_1001_0100);
}

#[test]
fn the_smallest_version_is_taken_and_the_better_level_where_it_has_room() {
    // Section 7.4.10 table 7: how many bytes each version has room for, by L and by M.
    let most = [
        (17, 14),
        (32, 26),
        (53, 42),
        (78, 62),
        (106, 84),
        (134, 106),
        (154, 122),
        (192, 152),
        (230, 180),
        (271, 213),
    ];
    let mut before = 0;
    for (version, (low, medium)) in (1..).zip(most) {
        let better = Some((version, Level::Medium)).filter(|_| medium > before);
        assert_eq!(smallest(medium).filter(|_| medium > before), better, "{version}");
        assert_eq!(smallest(low), Some((version, Level::Low)), "{version}");
        for level in [Level::Low, Level::Medium] {
            let all = codewords(&[b'a'; 10], version, level);
            assert_eq!(all.len(), [26, 44, 70, 100, 134, 172, 196, 242, 292, 346][version - 1]);
        }
        before = low;
    }
    assert_eq!(smallest(272), None);
}

#[test]
fn a_symbol_is_as_another_program_draws_it() {
    // By libqrencode 4.1.1.
    let expected = include_str!("tests/version_2.txt");
    let drawn = draw("https://as.example/device", Style::PlainInverse, 80).unwrap();
    let inner: Vec<_> = drawn.lines().skip(4).take(25).map(|line| line[8..58].trim_end()).collect();
    assert_eq!(inner.join("\n"), expected.trim_end());
}

#[test]
fn a_screen_is_never_overrun() {
    for length in [1, 17, 18, 32, 33, 78, 134, 154, 155, 192, 193, 271] {
        let text = "a".repeat(length);
        for style in [Style::Blocks, Style::Inverse, Style::Plain, Style::PlainInverse] {
            for lines in [12, 20, 24, 27, 40, 80] {
                let drawn = match draw(&text, style, lines) {
                    Ok(drawn) => drawn,
                    Err(Some(needed)) => {
                        assert!(
                            needed > lines && draw(&text, style, needed).is_ok(),
                            "{length} {style:?} {lines}"
                        );
                        continue;
                    }
                    Err(None) => {
                        assert!(draw(&text, style, 80).is_err(), "{length} {style:?} {lines}");
                        continue;
                    }
                };
                let widths: Vec<_> = drawn.lines().map(|line| line.chars().count()).collect();
                assert!(widths.len() <= usize::try_from(lines).unwrap(), "{length} {style:?} {lines}");
                assert!(widths.iter().all(|width| *width == widths[0] && *width <= 80), "{length} {style:?}");
                assert!(style.is_plain() <= drawn.is_ascii() && drawn.ends_with('\n'), "{length} {style:?}");
            }
        }
    }
}

#[test]
fn inverse_has_ink_where_the_other_has_none() {
    for (one, other) in [(Style::Blocks, Style::Inverse), (Style::Plain, Style::PlainInverse)] {
        let [one, other] = [one, other].map(|style| draw("https://as.example/device", style, 80).unwrap());
        let turned = |c| match c {
            '\u{2588}' | '#' => ' ',
            ' ' if one.is_ascii() => '#',
            ' ' => '\u{2588}',
            '\u{2580}' => '\u{2584}',
            '\u{2584}' => '\u{2580}',
            other => other,
        };
        assert_eq!(one.chars().map(turned).collect::<String>(), other);
    }
}
