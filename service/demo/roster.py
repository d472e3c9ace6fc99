"""The invented catalogue: genres, the artists in them and the titles they have used. Nobody here exists."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from service.demo.styles import (
    ambient,
    black_metal,
    classical,
    electronic,
    folk,
    hip_hop,
    jazz,
    k_pop,
    latin,
    punk,
    reggae,
    shoegaze,
    synthwave,
    techno,
)
from service.demo.styles.sleeve import Sleeve


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre of the invented catalogue.

    Attributes:
        name: as written in the manifest.
        related: the genre that albums of two genres also belong to.
        label: initials of the record label, the start of its catalogue numbers.
        first_year: year of the first release.
        last_year: year of the last release.
        artists: one for each look of the style.
        titles: album titles, dealt to the artists in turn.
        draw: the style.
    """

    name: str
    related: str
    label: str
    first_year: int
    last_year: int
    artists: tuple[str, ...]
    titles: tuple[str, ...]
    draw: Callable[[Sleeve, np.random.Generator], Image.Image]


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split("|"))


GENRES = (
    Genre(
        "Techno",
        "Electronic",
        "KW",
        1991,
        2025,
        _listed("Kontur West | Ligature 9 | Halvorsen & Pike | Mono District | Petra Volk"),
        _listed(
            "Phase Error | Concrete Hours | Parallax | Low Ceiling | Interval Studies | Grid Reference | "
            "Night Shift | Nine Tunnels | Static Friction | Second Basement | Load Bearing | Mains Hum | "
            "Zero Crossing | Turnstile | Ring Road | Servo | Hard Shoulder | Carrier Wave | Tolerance | "
            "Bitumen | Closed Circuit | Delta Works | Red Line | Switchgear | Rotor | Underpass | "
            "Repeat Until Dark | Thirty Hertz | Metronome | Fuse | Cold Store | Tramlines | Half Duplex | "
            "Warehouse Light | Sector"
        ),
        techno.draw,
    ),
    Genre(
        "Jazz",
        "Latin",
        "HL",
        1958,
        1974,
        _listed("Marcus Hale Quintet | Odell Fairweather | The Lenox Six | Ruth Calloway | Teddy Brisco"),
        _listed(
            "Blue Hour Parade | Walk It Off | Nocturne for Nine | Up at Minnie's | The Long Way Round | "
            "Corner Table | Sunday on Lenox | Out of Town | Second Helping | Brushes and Mallets | Late Set | "
            "Cool Weather | Ask Me Again | Step Lively | Four by Four | Room for One More | The Tailor | "
            "Midnight Errand | Open Window | Sidewalk | Take the Stairs | Lamplight | Two for Ruth | "
            "Easy on the Eyes | Rent Day | Brass Tacks | Slow Elevator | After the Rain Delay | Hat and Coat | "
            "Talking Hands | Uptown Local | One Last Chorus | Bright Side | The Quiet Man | Kitchen Blues"
        ),
        jazz.draw,
    ),
    Genre(
        "Black Metal",
        "Ambient",
        "NT",
        1991,
        2021,
        _listed("Vargskog | Nattfrost Hymn | Askeblod | Thornwacht | Isengrav"),
        _listed(
            "Under a Dead Moon | The Frozen Psalter | Where Ravens Winter | Ash upon the Altar | "
            "Throne of Rime | Wolves of the Ninth Night | Black Spruce Liturgy | Funeral of the Sun | "
            "Beneath the Hanging Stone | A Grave for Kings | Mournfell | Blood of the North Wind | "
            "The Candle Drowned | Pagan Hours | Carrion Snow | Oath of Frost | Crown of Thorn and Smoke | "
            "Into Eternal Dusk | The Bell Below | Hollow Mountain | Night without Mercy | "
            "Rite of the Pale Lake | Winter's Own | The Last Hearth | Shrouded Pines | Sorrow March | "
            "Old Gods Weeping | Stormcairn | To the Black Shore | Kingdom of Lichen | Gallows Fog | "
            "The Seventh Frost | Iron Solstice | Vigil | Embers of a Church"
        ),
        black_metal.draw,
    ),
    Genre(
        "Ambient",
        "Electronic",
        "FR",
        1979,
        2025,
        _listed("Sólveig Árnadóttir | Harbour Tone | Lumen & Fields | Nils Aarhus | Quiet Geometry"),
        _listed(
            "Distances | Slow Tide | Cloud Atlas of Home | Rooms Without Clocks | Breathing Water | First Snow | "
            "Fjord | The Weight of Light | Still Point | Long Grass | Sleep Cartography | Aerial | "
            "Morning, Unfolding | Saltmarsh | Soft Machinery | Nowhere in Particular | Halcyon | Blue Distance | "
            "Isle | Vapour | Low Sun | Weather Diary | Drift Ice | Open Field Recordings | Threshold | "
            "Afterimage | Lake Effect | Tidal Memory | White Silence | A Day of Rain | Foghorn | "
            "Between Shores | Moss | Evening Star | Hush"
        ),
        ambient.draw,
    ),
    Genre(
        "Synthwave",
        "Electronic",
        "NX",
        2008,
        2025,
        _listed("Velvet Meridian | Miami Static | Neon Arcade | Laser Canyon | Starlight 84"),
        _listed(
            "Midnight Runner | Ocean Drive | Turbo Sunset | Chrome Hearts | Night Call | After Hours | "
            "VHS Summer | Horizon Chase | Electric Boulevard | Tape Deck Romance | Red Coupe | Vector City | "
            "Last Level | Palm Reader | Neon Rain | Skyline '86 | Overdrive | Cassette Dreams | Hologram | "
            "Coastline | Infrared | Power Glove Love | Pacific Nights | Zero Gravity | Cruise Control | "
            "Blue Laser | Rewind | Escape Velocity | Data Beach | Starfighter | Sunset Protocol | "
            "Lost in the Arcade | Afterburner | Magnetic | Continue?"
        ),
        synthwave.draw,
    ),
    Genre(
        "Hip-Hop",
        "Jazz",
        "BR",
        1988,
        2023,
        _listed("Kid Ledger | Brother Almanac | Dizzy Crown | Wax Deacon | The Fifth Borough Club"),
        _listed(
            "Proof of Work | Stoop Stories | Corner Office | Bricks and Sunday | Paid in Patience | Rent Money | "
            "The Almanac | Loose Change | Crown Heights of Sound | Block Report | Golden Hour | Dollar Van | "
            "Needle Drop | Cold Cuts | Good Trouble | Basement Gospel | Summer on Layaway | Uptown Arithmetic | "
            "Plain Talk | Two Turntables Deep | Bodega Light | Receipts | Long Division | King of Tuesdays | "
            "Shoebox | Everyday Regal | Fresh Paint | City Slang | Static and Soul | Third Rail | "
            "Open Mic Night | Front Row | Family Business | Late Pass | Last Train"
        ),
        hip_hop.draw,
    ),
    Genre(
        "Folk",
        "Classical",
        "HB",
        1966,
        2024,
        _listed("The Paper Lanterns | Wren Hollis | Maren and the Millers | Elspeth Rowe | Hearth & Heron"),
        _listed(
            "The Weight of Small Rivers | Hedgerow | Songs for the Ferryman | Apple Year | Winter Coat | "
            "Foxglove | Low Barn | The Orchard Wall | Larkrise | Letters from the Valley | Bread and Salt | "
            "Thistledown | The Miller's Third | Harvest Home | All the Bright Birds | Bramble | "
            "Candle in the Byre | Green Willow | Kettle Song | Stone Bridge | The Long Meadow | Three Sisters | "
            "Swallow Road | Ember Days | Wild Carrot | Over the Hill Field | Hawthorn | A Room with Moths | "
            "River Mother | First Frost | Sorrel | Old Moon Waltz | Lantern Night | Tansy | Home by Dark"
        ),
        folk.draw,
    ),
    Genre(
        "Classical",
        "Ambient",
        "AE",
        1960,
        2015,
        _listed("Aurelian Quartet | Ottilie Brandt | Chamber Players of Vessen | Anton Merrick | Collegium Sandoval"),
        _listed(
            "Nocturnes | String Quartets Nos. 1-3 | Sea Pictures | Winter Variations | Sonata in D Minor | "
            "Partitas | Songs of the Evening | Serenade for Strings | The Mountain Symphony | Preludes, Book I | "
            "Fantasias | Cello Suites | Requiem in White | Pastorale | Six Bagatelles | Lieder | Passacaglia | "
            "Double Concerto | The Seasons Turn | Divertimenti | Elegies | Etudes | Mass for Four Voices | "
            "Nightpieces | Piano Trios | Romances | Chaconne | Preludes, Book II | Scenes from a Garden | "
            "Violin Concerto | Wind Octet | Canticles | Barcarolles | Symphony No. 2 | Variations on a Ground"
        ),
        classical.draw,
    ),
    Genre(
        "Punk",
        "Reggae",
        "XX",
        1976,
        1994,
        _listed("Dead Postcodes | The Tantrums | Rat Committee | Civic Disorder | Nervous Kevin"),
        _listed(
            "No Refunds | Bored Stiff | Your Call Is Important | Kick It In | Council Pop | Teeth | "
            "Nothing to Declare | Trash Day | Angry Mob Discount | Spit and Polish | Out of Order | Fire Exit | "
            "Cheap Shots | Sick Note | Last Bus Home | Wrong Side of Town | Nuisance | "
            "Three Chords and the Rent | Riot in Aisle Nine | Get Lost | Fourteen Days' Notice | Detention | "
            "Loud and Wrong | Zero Stars | Bad Reception | Broken Windows | Scab | Shut Up and Dance | "
            "State of the Nation | Glue | Not for Sale | Public Enquiry | Waste of Time | Static | Boot"
        ),
        punk.draw,
    ),
    Genre(
        "Reggae",
        "Hip-Hop",
        "LR",
        1968,
        1986,
        _listed("Winston Prophet | Zion Hi-Power | The Marabouts | King Calabash | Sister Honeydew"),
        _listed(
            "Sun Is My Witness | Roots Foundation | Version Galore | Jubilee | Hill and Gully Sound | "
            "Sufferer's Time | Dub from the Harbour | Morning Ration | Lion Paw | Skank in the Yard | "
            "Rise and Shine | Heavy Manners Style | Sweet River | Rockers Almighty | Natural Living | "
            "Bassline Parliament | One More Mango | Kingston Nights | Steppers' Choice | Love Is the Harvest | "
            "Righteous Walk | Echo Chamber | Golden Calabash | Ital Supper | Country Bus | Higher Ground Sound | "
            "Strictly Rub-a-Dub | Tide Is Turning | No Bones | Children of the Drum | Sugar and Lime | Conquer | "
            "Sunday Sound System | Peace Treaty | Rainy Season"
        ),
        reggae.draw,
    ),
    Genre(
        "K-Pop",
        "Synthwave",
        "SG",
        2010,
        2026,
        _listed("LUMI5 | Peach Code | Aqua:Tic | Sunny Republic | Dreamday"),
        _listed(
            "Pop Quiz | Heartbeat Club | Bubble | Lucky Charm | Wonder Hour | Sugar Rush | Cherry On Top | "
            "Splash Zone | Golden Weekend | Cloud Nine | Hello, Stranger | Valentine Virus | Fizzy | Sunshower | "
            "Rainbow Rules | Glitter | My Secret Crush | Jelly | Vitamin | Sky Diary | Dial Love | Sweet Tooth | "
            "Neon Fish | Bloom Bloom | Pillow Talk | Star Sticker | XOXO Season | Mint Condition | Tangerine | "
            "Daydreamer | Gemini Girl | Pink Noise | Underwater Disco | Summer File | Fairy Lights"
        ),
        k_pop.draw,
    ),
    Genre(
        "Electronic",
        "Techno",
        "VF",
        1994,
        2026,
        _listed("Vector Choir | Oda Lindqvist | Solar Loom | Patch Bay | Meander Lab"),
        _listed(
            "Flow State | Brownian | Soft Logic | Recursion Garden | Gradient Descent | Eddies | Paper Wind | "
            "Corona | Nodes | Fibre | Slow Fields | Murmuration | Orbit Diary | Tracework | Bloom Function | "
            "Curl | Migrations | Ring System | Breadboard | Pollen | Divergence | Weave | Perihelion | Netlist | "
            "Scatter | Laminar | Northerly | Flare | Ground Plane | Burst Mode | Vortex Street | Shoal | "
            "Halo Effect | Bus Lines | Seedling"
        ),
        electronic.draw,
    ),
    Genre(
        "Shoegaze",
        "Ambient",
        "PB",
        1988,
        2024,
        _listed("Petal Static | Slow Marina | Carmine | Lilac Index | Honeyblur"),
        _listed(
            "Swoon | Undertow | Bruise Season | Violet Hour | Sunfade | Everything Softly | Salt Hair | "
            "Crimson Sleep | Nothing but Halo | Yellow Room | Pink Weather | Seaglass | Velvet Fever | "
            "Lavender Noise | Glare | Kiss the Static | Deep End | Poppy | Half Remembered | Saturday Light | "
            "Feverish | Cold Swim | Ruby Throat | Slow Bloom | Dandelion | Blush Response | "
            "Ocean Floor Ballads | Ember Girl | Moth Wings | Amber | Heavy Perfume | Drowner | Dahlia | "
            "Somewhere, Blurred | Goldenrod"
        ),
        shoegaze.draw,
    ),
    Genre(
        "Latin",
        "Jazz",
        "CT",
        1964,
        2014,
        _listed("Orquesta Miramar | Los Caracoles | Conjunto Solera | Ximena Duarte | Trío Palmar"),
        _listed(
            "Noche en el Patio | Ritmo Caracol | Sabor de Siempre | Flor de Mayo | Bajo la Palma | "
            "Fiesta Mayor | La Espiral | Guitarra y Vino | Corazón de Azúcar | Verde Limón | Azul Añil | "
            "Vuelta al Barrio | Danzón del Puerto | Mi Vida en Colores | Siesta | Calle Larga | El Remolino | "
            "Callejón | Pétalos | Jardín Secreto | Carnaval de Enero | Cumbia Infinita | Solera | "
            "Rosa Mexicano | Abanico | Malecón | Redondo | Plaza Vieja | Luna de Papel | Brisa del Sur | "
            "Mosaico | Sol y Sombra | Contradanza | Amor Tropical | Hoja Santa"
        ),
        latin.draw,
    ),
)
