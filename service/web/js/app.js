import { installIntake } from "./intake.js";
import { start } from "./router.js";
import { installTheme, markView } from "./shell.js";

installTheme();
installIntake();
start(markView);
