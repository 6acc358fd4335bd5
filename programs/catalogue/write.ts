// Writes the pages of docs/ that are made from the catalogue: `make docs`.
import { writeFileSync } from "node:fs";
import { controlsPage } from "./page.ts";

writeFileSync(new URL("../../docs/controls.md", import.meta.url), controlsPage());
