import { EC2Client, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import type {
  CommandInvocation,
  DescribeInstanceInformationRequest,
  DescribeInstanceInformationResult,
  ListCommandInvocationsRequest,
  ListCommandInvocationsResult,
  SendCommandRequest,
  SendCommandResult,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { documentOf, versionFor } from "./documents/find.ts";
import { valueProblems } from "./documents/parameter-rules.ts";
import { given, listed, now, type Ssm, uuid, type Where } from "./state.ts";

/** Milliseconds that a command takes. */
const TAKES = 200;

/** The tag of an instance that says with which code commands on it end: there is no host that could run anything. */
const EXIT_CODE = "sandbox:exit-code";

/** Run Command on the running instances of EC2, each of which is taken for a managed Linux host. */
export function commandOperations(ssm: Ssm): Record<string, Operation> {
  /** The exit codes of the hosts of an account in a region, by instance. */
  async function hosts({ accountId, region }: Where): Promise<Map<string, number>> {
    const client = new EC2Client(ssm.aws.asRoot(accountId, region));
    const found = new Map<string, number>();
    try {
      const Filters = [{ Name: "instance-state-name", Values: ["running"] }];
      for await (const { Reservations = [] } of paginateDescribeInstances({ client }, { Filters })) {
        for (const { InstanceId = "", Tags = [] } of Reservations.flatMap(({ Instances = [] }) => Instances)) {
          found.set(InstanceId, Number(Tags.find(({ Key }) => Key === EXIT_CODE)?.Value ?? 0));
        }
      }
    } finally {
      client.destroy();
    }
    return found;
  }

  return {
    async SendCommand(call: Call<SendCommandRequest>): Promise<SendCommandResult> {
      const { input, accountId, region } = call;
      const { DocumentName = "", DocumentVersion, InstanceIds = [], Parameters = {}, Comment } = input;
      if (input.Targets !== undefined || InstanceIds.length === 0) {
        throw new AwsError("NotImplemented", "The sandbox sends commands to instances by their IDs alone.", 501);
      }
      const document = documentOf(ssm, call, DocumentName);
      if (document.type !== "Command") throw new AwsError("InvalidDocument", `${DocumentName} is no Command document.`);
      const version = versionFor(document, call, DocumentVersion);
      const [problem] = valueProblems(version.content.parsed, Parameters);
      if (problem !== undefined) throw new AwsError("InvalidParameters", problem);
      const known = await hosts(call);
      if (!InstanceIds.every((id) => known.has(id))) {
        throw new AwsError("InvalidInstanceId", "Instances not in a valid state for account");
      }
      const CommandId = uuid(ssm);
      const shared = given({ CommandId, Comment, DocumentName: document.name, RequestedDateTime: now(ssm) });
      const { commands } = ssm.places.of(accountId, region);
      for (const InstanceId of InstanceIds) {
        const begun: CommandInvocation = { ...shared, InstanceId, Status: "InProgress", StatusDetails: "InProgress" };
        commands.unshift(begun);
        const code = known.get(InstanceId) ?? 0;
        const status = code === 0 ? "Success" : "Failed";
        ssm.aws.later(TAKES, () => {
          const plugin = { Name: "script", Status: status, StatusDetails: status, ResponseCode: code } as const;
          Object.assign(begun, { Status: status, StatusDetails: status, CommandPlugins: [plugin] });
        });
      }
      return { Command: { ...shared, InstanceIds, Parameters, Status: "Pending", StatusDetails: "Pending" } };
    },

    ListCommandInvocations(call: Call<ListCommandInvocationsRequest>): ListCommandInvocationsResult {
      const { CommandId, InstanceId, Details, Filters } = call.input;
      if (Filters !== undefined) throw new AwsError("NotImplemented", "The sandbox does not filter invocations.", 501);
      const { commands } = ssm.places.of(call.accountId, call.region);
      const wanted = commands.filter(
        (each) =>
          (CommandId === undefined || each.CommandId === CommandId) &&
          (InstanceId === undefined || each.InstanceId === InstanceId),
      );
      const { items, next } = listed(wanted, call.input);
      return {
        CommandInvocations: items.map(({ CommandPlugins = [], ...each }) => ({
          ...each,
          CommandPlugins: Details === true ? CommandPlugins : [],
        })),
        ...next,
      };
    },

    async DescribeInstanceInformation(
      call: Call<DescribeInstanceInformationRequest>,
    ): Promise<DescribeInstanceInformationResult> {
      const { Filters = [] } = call.input;
      const other = Filters.find(({ Key }) => Key !== "InstanceIds");
      if (other !== undefined) {
        throw new AwsError("NotImplemented", `The sandbox does not filter hosts by ${other.Key}.`, 501);
      }
      const ids = [...(await hosts(call)).keys()];
      const wanted = ids.filter((id) => Filters.every(({ Values = [] }) => Values.includes(id)));
      const { items, next } = listed(wanted, call.input);
      return {
        InstanceInformationList: items.map((InstanceId) => ({
          ...{ InstanceId, PingStatus: "Online", LastPingDateTime: now(ssm), AgentVersion: "3.3.2299.0" },
          ...{ PlatformType: "Linux", PlatformName: "Amazon Linux", ResourceType: "EC2Instance" },
        })),
        ...next,
      };
    },
  };
}
