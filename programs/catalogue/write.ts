// Writes the pages of docs/ that are generated: `make docs`.
import { writeFileSync } from "node:fs";
import { controlsPage } from "./controls-page.ts";
import { extensionsPage } from "./extensions-page.ts";

const pages = { controls: controlsPage, extensions: extensionsPage };
for (const [name, page] of Object.entries(pages)) {
  writeFileSync(new URL(`../../docs/${name}.md`, import.meta.url), page());
}
