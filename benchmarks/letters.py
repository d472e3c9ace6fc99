"""Count in which company the letters past ASCII are in 28 languages: writes ``indexer/letters.tsv``.

Run it with wordfreq (3.1.1) installed, which is no dependency of Sleeve: ``python benchmarks/letters.py``. A word
counts by the root of its frequency, because names hold fewer of the commonest words than texts do.
"""

import math
from collections import Counter, defaultdict
from pathlib import Path
from unicodedata import normalize

from wordfreq import get_frequency_dict  # type: ignore[import-not-found]

LANGUAGES = (
    *("de", "fr", "es", "pt", "it", "sv", "da", "nb", "fi", "is", "nl", "ca", "en"),
    *("cs", "sk", "pl", "hu", "sh", "sl", "ro", "tr", "lt", "lv", "el", "he", "ru", "uk", "bg"),
)
NEIGHBOURS = "abcdefghijklmnopqrstuvwxyz+*^"
"""Next to a letter: one of ASCII, a vowel or another letter past it, or the word's edge."""

VOWELS = "aeiouyøæœıαεηιουωаеиоуыэюяєі"  # noqa: RUF001

MOST_WORDS = 30_000
LEAST_SHARE = 1 / 3_000
"""Rarer letters of a language are left out."""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
OLD_ENCODINGS_LACK = str.maketrans("șț", "şţ")
SHARP_S = ("größe", "außen", "weiß", "straße", "groß", "spaß", "süß", "heiß", "fuß", "maß", "gruß", "schließt")
"""The word lists write it ss; these stand for the words that have it."""


def neighbour(letter: str) -> str:
    if letter in NEIGHBOURS:
        return letter
    return "^" if not letter.isalpha() else "+" if normalize("NFD", letter)[0] in VOWELS else "*"


def rarity(share: float) -> str:
    """One digit: how often a share halves, in steps of a half."""
    return DIGITS[min(len(DIGITS) - 1, round(-2 * math.log2(share)))]


def shares(counts: Counter[str], usual: Counter[str]) -> str:
    """Each neighbour's share, mixed with a little of what is usual next to all letters."""
    total, of_all = counts.total(), usual.total()
    mixed = (0.95 * counts[one] / total + 0.04 * usual[one] / of_all + 0.01 / len(NEIGHBOURS) for one in NEIGHBOURS)
    return "".join(map(rarity, mixed))


def lines(language: str) -> list[str]:
    times: Counter[str] = Counter()
    before: dict[str, Counter[str]] = defaultdict(Counter)
    after: dict[str, Counter[str]] = defaultdict(Counter)
    words = sorted(get_frequency_dict(language, wordlist="small").items(), key=lambda item: -item[1])
    if language == "de":
        words += [(word, words[len(words) // 500][1]) for word in SHARP_S]
    past_ascii = [(word, frequency) for word, frequency in words if not word.isascii()][:MOST_WORDS]
    for word, frequency in past_ascii:
        whole = f"^{word.translate(OLD_ENCODINGS_LACK)}^".replace("σ^", "ς^")  # noqa: RUF001
        for place, letter in enumerate(whole[1:-1], 1):
            if letter > "\x7f" and letter.isalpha():
                weight = math.sqrt(frequency)
                times[letter] += weight  # type: ignore[assignment]
                before[letter][neighbour(whole[place - 1])] += weight  # type: ignore[assignment]
                after[letter][neighbour(whole[place + 1])] += weight  # type: ignore[assignment]
    usual_before, usual_after = sum(before.values(), Counter()), sum(after.values(), Counter())
    return [
        "\t".join(
            (
                language,
                letter,
                rarity(count / times.total()),
                shares(before[letter], usual_before),
                shares(after[letter], usual_after),
            )
        )
        for letter, count in times.most_common()
        if count >= LEAST_SHARE * times.total()
    ]


def main() -> None:
    head = (
        "# Letters past ASCII by language, counted by benchmarks/letters.py in the word lists of wordfreq 3.1.1",
        "# (Robyn Speer; https://github.com/rspeer/wordfreq), which are licensed under CC BY-SA 4.0.",
        "# Language, letter, its share of those letters, and the shares of what is before and after it:",
        f"# {NEIGHBOURS} (+ a vowel and * another of those letters, ^ the edge of the word).",
        "# A digit d (0-9, a-z) is the share 2^(-d/2).",
    )
    counted = [line for language in LANGUAGES for line in lines(language)]
    target = Path(__file__).parents[1] / "indexer" / "letters.tsv"
    target.write_text("\n".join((*head, *counted)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
