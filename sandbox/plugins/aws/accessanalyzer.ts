import type { ResourceTypes } from "../provider/resource.ts";
import { analyzer } from "./accessanalyzer/analyzer.ts";
import { archiveRule } from "./accessanalyzer/archive-rule.ts";

export const accessAnalyzer: ResourceTypes = {
  "aws:accessanalyzer/analyzer:Analyzer": analyzer,
  "aws:accessanalyzer/archiveRule:ArchiveRule": archiveRule,
};
