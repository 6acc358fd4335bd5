import { Document } from "@pulumi/aws/ssm/document.js";
import { automationDocument } from "../../remediation/automation/document.ts";
import { automationsOf } from "../../remediation/automations.ts";
import { awsNames, names, TAGS } from "../names.ts";
import { roleArn } from "../partition.ts";
import { remediationsOf } from "../remediation-settings.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * A runbook for each remediation that is a fixed sequence of calls, in every region: an operator, or an association of Systems Manager, starts it in
 * the account itself, so the response works while the service is down. It works as the remediation's own role.
 */
export function responseDocuments({ inputs, member: provider, declare }: BaselineStack): void {
  const { partition, accountId, regions, features } = inputs;
  const documents = remediationsOf(features.remediations).flatMap((manifest) =>
    automationsOf(manifest).map((plan) =>
      automationDocument(manifest, plan, roleArn(partition, accountId, awsNames.remediationRole(manifest.name))),
    ),
  );
  for (const region of regions) {
    for (const { name, content } of documents) {
      declare(
        Document,
        {
          name: names.responseDocument(name, region),
          region,
          wanted: {
            ...{ name, documentType: "Automation", documentFormat: "JSON", tags: TAGS },
            content: JSON.stringify(content),
          },
        },
        { provider },
      );
    }
  }
}
