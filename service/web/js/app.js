// The start of the app: its views, and what every view has around it.

import { installTyping } from "./dom.js";
import { installIntake } from "./intake.js";
import { installKeys } from "./keys.js";
import { installListing } from "./listing.js";
import { installMarks } from "./marks.js";
import { installPending } from "./pending.js";
import { installRoving } from "./roving.js";
import { start } from "./router.js";
import { installTheme, markView } from "./shell.js";
import { installTray } from "./tray.js";

const VIEWS = [
  [/^\/$/, "search", () => import("./views/search.js")],
  [/^\/album\/(\d+)$/, "album", () => import("./views/album.js")],
  [/^\/map$/, "map", () => import("./views/map.js")],
  [/^\/catalogue$/, "catalogue", () => import("./views/catalogue.js")],
  [/^\/duplicates$/, "duplicates", () => import("./views/duplicates.js")],
  [/^\/compare$/, "compare", () => import("./views/compare.js")],
  [/^\/queue$/, "queue", () => import("./views/queue.js")],
  [/^\/docs$/, "docs", () => import("./views/docs.js")],
  [/^\/index$/, "index", () => import("./views/index.js")],
];

installTheme();
installTyping();
installIntake();
installMarks();
installKeys();
installRoving();
installListing();
installPending();
const putTray = installTray();
start(VIEWS, (name) => { markView(name); putTray(); });
