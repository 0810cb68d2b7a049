//! However a good file is spoilt, the reader answers, and every row is either given or refused.

use proptest::prelude::*;

use super::*;

/// One way to spoil a file: at a place, take so many bytes out and put these in.
fn damage() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    let pieces = prop::sample::select(vec![
        "",
        "<",
        ">",
        "</",
        "/>",
        "&",
        "&amp;",
        "<a>",
        "</a>",
        "<Child>",
        "</Child>",
        "<CINdetails>",
        "\u{0}",
        "é",
        "\"",
        "]]>",
        "<![CDATA[",
        "<!--",
        "9999-99-99",
        "<Reviews/>",
        "</CINdetails><CINdetails>",
        "<LAchildID/>",
        "\r\n",
    ]);
    let bytes = prop_oneof![
        pieces.prop_map(|piece| piece.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    (any::<prop::sample::Index>(), 0_usize..40, bytes)
}

/// Texts between tags exchanged for others keep a file whole, so that the rules meet every nonsense.
fn nonsense() -> impl Strategy<Value = Vec<(prop::sample::Index, String)>> {
    let values = prop::sample::select(vec![
        "",
        " ",
        "2026-02-30",
        "0001-01-01",
        "31/12/2025",
        "2026-03-31T23:00:00Z",
        "99",
        "21",
        "NONE",
        "RC8",
        "true",
        "False",
        "2",
        "UN7",
        "U",
        "n1",
        "x y z",
        "-1",
        "20260101",
        "é",
    ]);
    prop::collection::vec((any::<prop::sample::Index>(), values.prop_map(str::to_owned)), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spoilt_bytes_never_panic(damages in prop::collection::vec(damage(), 1..4)) {
        let mut bytes = SMALL.to_vec();
        for (at, out, put) in damages {
            if bytes.is_empty() {
                break;
            }
            let start = at.index(bytes.len());
            let end = (start + out).min(bytes.len());
            bytes.splice(start..end, put);
        }
        if let Ok(survey) = surveyed(&bytes) {
            let children: Vec<_> =
                children(bytes.as_slice(), &survey.header, weekdays_between).collect::<Result<_, _>>().unwrap();
            prop_assert!(counts_add_up(&survey, &children));
        }
    }

    #[test]
    fn nonsense_values_keep_every_row_counted(changes in nonsense()) {
        let text = String::from_utf8_lossy(SMALL);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let header_ends = lines.iter().position(|line| line.contains("<Children>")).unwrap();
        for (at, value) in changes {
            let index = header_ends + at.index(lines.len() - header_ends);
            let line = &lines[index];
            if let (Some(open), Some(close)) = (line.find('>'), line.find("</"))
                && open < close
            {
                lines[index] = format!("{}{value}{}", &line[..=open], &line[close..]);
            }
        }
        let (plain, _) = all(SMALL);
        let (survey, children) = all(lines.join("\n").as_bytes());
        prop_assert!(counts_add_up(&survey, &children));
        prop_assert_eq!(survey.read, plain.read);
    }
}
