import {
  type AccessAnalyzer,
  AccessAnalyzerClient,
  CreateAnalyzerCommand,
  CreateArchiveRuleCommand,
  DeleteAnalyzerCommand,
  DeleteArchiveRuleCommand,
  GetAnalyzerCommand,
  GetArchiveRuleCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateArchiveRuleCommand,
} from "@aws-sdk/client-accessanalyzer";
import { clientMaker } from "../../provider/client.ts";

export const accessAnalyzerClient = clientMaker<AccessAnalyzer>()(AccessAnalyzerClient, {
  CreateAnalyzerCommand,
  CreateArchiveRuleCommand,
  DeleteAnalyzerCommand,
  DeleteArchiveRuleCommand,
  GetAnalyzerCommand,
  GetArchiveRuleCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateArchiveRuleCommand,
});
