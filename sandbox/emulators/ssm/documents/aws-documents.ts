import type { DocumentType, Ssm, SsmDocument } from "../state.ts";
import { readContent } from "./content.ts";

const text = (description: string, more: object = {}) => ({ type: "String", description, ...more });
const list = (description: string, more: object = {}) => ({ type: "StringList", description, ...more });
const yesNo = (description: string) =>
  text(description, { default: "Enabled", allowedValues: ["Enabled", "Disabled"] });

const script = (action: string) => [
  { action, name: action.slice("aws:".length), inputs: { runCommand: "{{ commands }}" } },
];
const scriptParameters = {
  commands: list("The commands to run.", { minItems: 1 }),
  workingDirectory: text("The path where the commands run.", { default: "" }),
  executionTimeout: text("Seconds that the commands may take.", { default: "3600" }),
};

const patching = (steps: string) => [
  { action: steps, name: "patch", inputs: { runCommand: ["{{ Operation }} {{ RebootOption }}"] } },
];

/** Documents of AWS itself that the sandbox knows: names, types and parameters are AWS's, the steps only stand for AWS's. */
const CONTENTS: Readonly<
  Record<string, { readonly type?: DocumentType; readonly parameters: object; readonly mainSteps: object }>
> = {
  "AWS-GatherSoftwareInventory": {
    parameters: {
      applications: yesNo("Collect data of installed applications."),
      awsComponents: yesNo("Collect data of AWS components."),
      billingInfo: yesNo("Collect billing information of license-included applications."),
      customInventory: yesNo("Collect data of custom inventory."),
      files: text("Files to collect data of, as JSON.", { default: "" }),
      instanceDetailedInformation: yesNo("Collect data of the instance's CPU and operating system."),
      networkConfig: yesNo("Collect data of the network configuration."),
      services: yesNo("Collect data of Windows services."),
      windowsRegistry: text("Registry keys to collect data of, as JSON.", { default: "" }),
      windowsRoles: yesNo("Collect data of Windows roles."),
      windowsUpdates: yesNo("Collect data of Windows updates."),
    },
    mainSteps: [{ action: "aws:softwareInventory", name: "collectSoftwareInventoryItems", inputs: {} }],
  },
  "AWS-RunPatchBaseline": {
    parameters: {
      Operation: text("Look for missing patches, or install them.", { allowedValues: ["Scan", "Install"] }),
      AssociationId: text("The association of a patch policy.", { default: "" }),
      BaselineOverride: text("A document with baselines to use in place of the registered ones.", { default: "" }),
      InstallOverrideList: text("A list of patches to install in place of what the baseline says.", { default: "" }),
      RebootOption: text("What to do about a reboot.", {
        default: "RebootIfNeeded",
        allowedValues: ["RebootIfNeeded", "NoReboot"],
      }),
      SnapshotId: text("The snapshot of patches to use.", { default: "" }),
    },
    mainSteps: patching("aws:runShellScript").concat(
      patching("aws:runPowerShellScript").map((step) => ({ ...step, name: "patchWindows" })),
    ),
  },
  "AWS-RunPatchBaselineAssociation": {
    parameters: {
      Operation: text("Look for missing patches, or install them.", {
        default: "Scan",
        allowedValues: ["Scan", "Install"],
      }),
      RebootOption: text("What to do about a reboot.", {
        default: "RebootIfNeeded",
        allowedValues: ["RebootIfNeeded", "NoReboot"],
      }),
      BaselineTags: text("Chooses the baseline by its tags.", { default: "" }),
      AssociationId: text("The association that runs.", { default: "" }),
    },
    mainSteps: patching("aws:runShellScript"),
  },
  "AWS-RunPowerShellScript": { parameters: scriptParameters, mainSteps: script("aws:runPowerShellScript") },
  "AWS-RunShellScript": { parameters: scriptParameters, mainSteps: script("aws:runShellScript") },
  "AWS-UpdateSSMAgent": {
    parameters: {
      version: text("The version to install.", { default: "" }),
      allowDowngrade: text("Whether an older version may be installed.", {
        default: "false",
        allowedValues: ["true", "false"],
      }),
    },
    mainSteps: [{ action: "aws:updateSsmAgent", name: "awsupdateSsmAgent", inputs: { agentName: "amazon-ssm-agent" } }],
  },
  "AWS-StopEC2Instance": {
    type: "Automation",
    parameters: {
      InstanceId: list("Instances to stop."),
      AutomationAssumeRole: text("Role to act as.", { default: "" }),
    },
    mainSteps: [
      {
        name: "stopInstances",
        action: "aws:changeInstanceState",
        inputs: { InstanceIds: "{{ InstanceId }}", DesiredState: "stopped" },
      },
    ],
  },
};

const known = new Map<string, ReadonlyMap<string, SsmDocument>>();

/** The documents of AWS by name, as they are in every account of a region. Made once. */
export function awsDocuments({ aws }: Ssm, region: string): ReadonlyMap<string, SsmDocument> {
  const { partition } = aws.organization;
  const key = `${partition}/${region}`;
  const documents = known.get(key) ?? make(partition, region);
  known.set(key, documents);
  return documents;
}

function make(partition: string, region: string): ReadonlyMap<string, SsmDocument> {
  const createdAt = new Date("2024-01-01T00:00:00Z");
  const entries = Object.entries(CONTENTS).map(([name, { type = "Command", parameters, mainSteps }]) => {
    const schemaVersion = type === "Command" ? "2.2" : "0.3";
    const text = JSON.stringify({ schemaVersion, description: `${name} of AWS`, parameters, mainSteps });
    const document: SsmDocument = {
      name,
      owner: "Amazon",
      arn: `arn:${partition}:ssm:${region}::document/${name}`,
      type,
      versions: [{ number: 1, text, format: "JSON", content: readContent(text, "JSON", type), createdAt }],
      defaultVersion: 1,
      sharedWith: new Map([["all", "$DEFAULT"]]),
      tags: new Map(),
    };
    return [name, document] as const;
  });
  return new Map(entries);
}
