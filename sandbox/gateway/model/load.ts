import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createRouter, type Router } from "./route.ts";
import type { ServiceModel } from "./shapes.ts";

export interface LoadedModel {
  readonly service: ServiceModel;
  readonly router: Router;
}

/** AWS's service models by the name of their botocore folder. */
export interface Models {
  /** Parses the newest model of the service on first use (2 to 30 ms) and keeps it. Throws when there is none. */
  get(name: string): LoadedModel;
}

/** Reads models from `botocore/data` of a Python installation. */
export function createModels(botocoreData: string): Models {
  const loaded = new Map<string, LoadedModel>();
  return {
    get(name) {
      let model = loaded.get(name);
      if (model === undefined) {
        const service = readNewest(join(botocoreData, name));
        model = { service, router: createRouter(service) };
        loaded.set(name, model);
      }
      return model;
    },
  };
}

function readNewest(folder: string): ServiceModel {
  const version = readdirSync(folder).sort().at(-1);
  if (version === undefined) throw new Error(`reading the service model: ${folder} is empty`);
  const file = join(folder, version, "service-2.json");
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString("utf8")) as ServiceModel;
}

/** Finds `site-packages/botocore/data` of the Python virtual environment that `python` belongs to. */
export function botocoreDataOf(python: string): string {
  const lib = join(python, "..", "..", "lib");
  for (const version of existsSync(lib) ? readdirSync(lib) : []) {
    const folder = join(lib, version, "site-packages", "botocore", "data");
    if (existsSync(folder)) return folder;
  }
  throw new Error(`looking for botocore's service models: none under ${lib}; run \`make setup\``);
}
