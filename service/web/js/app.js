// The start of the app: its views, and what every view has around it.

import { installIntake } from "./intake.js";
import { installKeys } from "./keys.js";
import { installMarks } from "./marks.js";
import { start } from "./router.js";
import { installTheme, markView } from "./shell.js";
import { installTray } from "./tray.js";

const VIEWS = [
  [/^\/$/, "search", () => import("./views/search.js")],
  [/^\/album\/(\d+)$/, "album", () => import("./views/album.js")],
  [/^\/map$/, "map", () => import("./views/map.js")],
  [/^\/catalogue$/, "catalogue", () => import("./views/catalogue.js")],
  [/^\/index$/, "index", () => import("./views/index.js")],
];

installTheme();
installIntake();
installMarks();
installKeys();
const putTray = installTray();
start(VIEWS, (name) => { markView(name); putTray(); });
