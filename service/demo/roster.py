"""The invented genres, artists and words of titles. Nobody here exists."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from service.demo.canvas import Canvas
from service.demo.styles import (
    Album,
    ambient,
    black_metal,
    classical,
    folk,
    jazz,
    k_pop,
    latin,
    reggae,
    shoegaze,
    synthwave,
    techno,
)

_ROSTER = """
Techno | Synthwave | 1991 | 2025 | Kontur West, Ligature 9, Mono District, Petra Volk
Concrete, Second, Static, Closed, Night, Thirty | Circuit, Basement, Tunnels, Friction, Shift, Interval, Hertz
Jazz | Latin | 1958 | 1974 | Marcus Hale Quintet, Odell Fairweather, The Lenox Six, Ruth Calloway
Blue, Late, Uptown, Easy, Corner, Slow | Hour, Walk, Set, Errand, Lamplight, Elevator, Chorus
Black Metal | Ambient | 1991 | 2021 | Vargskog, Nattfrost, Askeblod, Thornwacht
Frozen, Dead, Hollow, Northern, Ashen, Pagan | Moon, Psalter, Winter, Throne, Liturgy, Solstice, Shore
Ambient | Classical | 1979 | 2025 | Sólveig Árnadóttir, Harbour Tone, Nils Aarhus, Quiet Geometry
Slow, Low, White, Still, Open, First | Tide, Sun, Silence, Distance, Weather, Snow, Memory
Synthwave | Techno | 2008 | 2025 | Velvet Meridian, Miami Static, Neon Arcade, Laser Canyon
Midnight, Chrome, Ocean, Electric, Turbo, Infrared | Runner, Sunset, Drive, Boulevard, Horizon, Cassette, Skyline
Folk | Classical | 1966 | 2024 | The Paper Lanterns, Wren Hollis, Elspeth Rowe, Hearth & Heron
Winter, Small, Hedgerow, Apple, Green, Lantern | Rivers, Letters, Orchard, Willow, Night, Year, Road
Classical | Ambient | 1960 | 2015 | Aurelian Quartet, Ottilie Brandt, Players of Vessen, Collegium Sandoval
Winter, Sea, Evening, Mountain, Garden, Northern | Nocturnes, Variations, Pictures, Serenade, Preludes, Elegies, Songs
Shoegaze | Ambient | 1988 | 2024 | Petal Static, Slow Marina, Lilac Index, Honeyblur
Violet, Salt, Half, Velvet, Crimson, Soft | Hour, Hair, Remembered, Fever, Undertow, Glare, Halo
Reggae | Latin | 1968 | 1986 | Winston Prophet, The Marabouts, King Calabash, Sister Honeydew
Sweet, Morning, Roots, Heavy, Golden, Natural | River, Foundation, Harvest, Manners, Jubilee, Living, Version
K-Pop | Synthwave | 2010 | 2026 | LUMI5, Peach Code, Aqua:Tic, Dreamday
Bubble, Sugar, Lucky, Neon, Cherry, Hello | Heartbeat, Club, Weekend, Diary, Splash, Virus, Charm
Latin | Jazz | 1964 | 2014 | Orquesta Miramar, Los Caracoles, Conjunto Solera, Ximena Duarte
Noche, Flor, Ritmo, Luna, Brisa, Plaza | de Mayo, Caracol, de Papel, del Sur, Vieja, del Puerto, y Sombra
"""
"""Two lines for a genre: name, related genre, years, artists; words that titles start with, words they end with."""

_STYLES = (
    techno.draw, jazz.draw, black_metal.draw, ambient.draw, synthwave.draw, folk.draw, classical.draw, shoegaze.draw,
    reggae.draw, k_pop.draw, latin.draw,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre of the invented catalogue.

    Attributes:
        name: as written in the manifest.
        related: the genre that its albums of two genres also have.
        years: of the first and the last release.
        artists: one for each look of the style.
        titles: album titles, each once.
        draw: the style.
    """

    name: str
    related: str
    years: tuple[int, int]
    artists: tuple[str, ...]
    titles: tuple[str, ...]
    draw: Callable[[Album, np.random.Generator], Canvas]


def _genres() -> tuple[Genre, ...]:
    lines = _ROSTER.strip().splitlines()
    found = []
    for facts, words, draw in zip(lines[::2], lines[1::2], _STYLES, strict=True):
        name, related, first_year, last_year, artists = facts.split(" | ")
        first, last = (part.split(", ") for part in words.split(" | "))
        titles = tuple(f"{start} {end}" for start in first for end in last)
        found.append(Genre(name, related, (int(first_year), int(last_year)), tuple(artists.split(", ")), titles, draw))
    return tuple(found)


GENRES = _genres()
