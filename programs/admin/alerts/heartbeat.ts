import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Schedule } from "@pulumi/aws/scheduler/schedule.js";
import type { Resource } from "@pulumi/pulumi";
import type { AdminInputs } from "../../inputs.ts";
import { awsNames, TAGS } from "../../names.ts";
import { arn } from "../../partition.ts";
import type { AdminStack } from "../stack.ts";
import type { AlertPlace } from "./place.ts";
import { assumedBy, heartbeatPolicy } from "./policies.ts";

/** EventBridge Scheduler puts the time of the schedule here, as 2022-03-22T18:59:43Z (User Guide, "Adding context attributes"). */
const NOW = "<aws.scheduler.scheduled-time>";

/** The product under which an account imports findings of its own (Security Hub User Guide, "Using custom product integration"). */
export function ownProductArn({ partition, homeRegion, accounts: { security } }: AdminInputs): string {
  return arn(partition, "securityhub", homeRegion, security, `product/${security}/default`);
}

/**
 * What the schedule imports: one finding whose time goes on. Each import of a newer one is an event on the bus. Its severity keeps it
 * out of everybody's way; who suppresses it hears from the alarms.
 */
export function heartbeatRequest(inputs: AdminInputs, place: AlertPlace) {
  return {
    Findings: [
      {
        SchemaVersion: "2018-10-08",
        Id: awsNames.heartbeat,
        ProductArn: ownProductArn(inputs),
        GeneratorId: awsNames.heartbeat,
        AwsAccountId: place.accountId,
        Types: ["Software and Configuration Checks"],
        CreatedAt: NOW,
        UpdatedAt: NOW,
        Severity: { Label: "INFORMATIONAL" },
        Title: "Synthetic finding: alerts work",
        Description: "Imported by a schedule of Bulwark. Alarms tell where it no longer arrives; do not suppress it.",
        Resources: [
          {
            Type: "Other",
            Id: place.schedule(awsNames.heartbeat),
            Partition: inputs.partition,
            Region: place.region,
          },
        ],
        RecordState: "ACTIVE",
      },
    ],
  };
}

/** Imports the synthetic finding again and again, once there is a hub to take it and a way for it to go. */
export function heartbeat(stack: AdminStack, place: AlertPlace, after: readonly Resource[]): void {
  const { inputs, security: provider } = stack;
  const { everyMinutes } = inputs.features.alerts.heartbeat;
  const role = new Role(
    "alert-heartbeat-role",
    {
      name: awsNames.heartbeatRole,
      description: "Imports the synthetic finding. Managed by Bulwark.",
      assumeRolePolicy: JSON.stringify(assumedBy("scheduler.amazonaws.com", place.accountId)),
      permissionsBoundary: arn(
        inputs.partition,
        "iam",
        "",
        place.accountId,
        `policy/${inputs.roles.deploymentBoundary}`,
      ),
      tags: TAGS,
    },
    { provider },
  );
  const policy = new RolePolicy(
    "alert-heartbeat-role-policy",
    { name: "Heartbeat", role: role.name, policy: JSON.stringify(heartbeatPolicy(ownProductArn(inputs))) },
    { provider },
  );
  new Schedule(
    `alert-heartbeat-${place.region}`,
    {
      region: place.region,
      name: awsNames.heartbeat,
      description: "Imports the synthetic finding that shows that alerts work",
      scheduleExpression: `rate(${everyMinutes} minutes)`,
      // Said, because the provider keeps whatever is there where a program says nothing.
      actionAfterCompletion: "NONE",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        // No code of ours that could fail: Scheduler makes the call (User Guide, "Using universal targets").
        arn: arn(inputs.partition, "scheduler", "", "", "aws-sdk:securityhub:batchImportFindings"),
        roleArn: role.arn,
        input: JSON.stringify(heartbeatRequest(inputs, place)),
        // A late one says nothing: the next is on its way.
        retryPolicy: { maximumEventAgeInSeconds: everyMinutes * 60, maximumRetryAttempts: 3 },
      },
    },
    { provider, dependsOn: [policy, ...after] },
  );
}
