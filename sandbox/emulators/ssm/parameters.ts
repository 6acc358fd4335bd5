import type {
  DeleteParameterRequest,
  DescribeParametersRequest,
  DescribeParametersResult,
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
  Parameter,
  ParameterMetadata,
  PutParameterRequest,
  PutParameterResult,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { checkNewParameter, checkParameterName, checkParameterValue } from "./parameter-rules.ts";
import { arnOf, given, invalid, listed, now, type Ssm, type StoredParameter, tagsOf } from "./state.ts";

/** The name behind what a caller gives: a name, or an ARN; a version may follow after a colon. */
export function parameterNameOf(named: string): string {
  const path = /^arn:[\w-]+:ssm:[\w-]*:\d*:parameter(\/.+)$/.exec(named)?.[1] ?? named;
  return path.split(":")[0] ?? path;
}

/** Parameters of an account in a region, the last version of each. Secure ones are kept as they are: nothing here encrypts. */
export function parameterOperations(ssm: Ssm): Record<string, Operation> {
  const parametersOf = ({ accountId, region }: Call<unknown>) => ssm.places.of(accountId, region).parameters;
  const arnFor = (call: Call<unknown>, name: string) =>
    arnOf(ssm, call, `parameter${name.startsWith("/") ? "" : "/"}${name}`);

  function told(call: Call<unknown>, stored: StoredParameter): Parameter {
    const { name, type, value, version, modifiedAt, dataType } = stored;
    const LastModifiedDate = modifiedAt;
    return {
      ...{ Name: name, Type: type, Value: value, Version: version, LastModifiedDate },
      ...{ ARN: arnFor(call, name), DataType: dataType },
    };
  }

  return {
    PutParameter: (call: Call<PutParameterRequest>): PutParameterResult => {
      const { Name = "", Value = "", Type, Overwrite = false, Tags } = call.input;
      const parameters = parametersOf(call);
      checkParameterName(Name);
      const before = parameters.get(Name);
      if (before === undefined) checkNewParameter(call.input);
      if (before !== undefined && !Overwrite) {
        throw new AwsError(
          "ParameterAlreadyExists",
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        );
      }
      if (Overwrite && Tags?.length) {
        throw invalid("Invalid request: tags and overwrite can't be used together.");
      }
      const tier = call.input.Tier ?? before?.tier ?? "Standard";
      const allowedPattern = call.input.AllowedPattern || before?.allowedPattern;
      checkParameterValue(Value, { tier, allowedPattern });
      const version = (before?.version ?? 0) + 1;
      parameters.set(Name, {
        ...{ name: Name, value: Value, version, tier, allowedPattern },
        type: Type ?? before?.type ?? "String",
        description: call.input.Description ?? before?.description,
        dataType: call.input.DataType ?? before?.dataType ?? "text",
        keyId: call.input.KeyId ?? before?.keyId,
        modifiedAt: now(ssm),
        modifiedBy: call.principal.arn,
        tags: before?.tags ?? tagsOf(Tags),
      });
      return { Version: version, Tier: tier === "Intelligent-Tiering" ? "Standard" : tier };
    },

    GetParameter: (call: Call<GetParameterRequest>): GetParameterResult => {
      const stored = parametersOf(call).get(parameterNameOf(call.input.Name ?? ""));
      if (stored === undefined) throw notFound(call.input.Name);
      return { Parameter: told(call, stored) };
    },

    GetParameters: (call: Call<GetParametersRequest>): GetParametersResult => {
      const asked = call.input.Names ?? [];
      const found = asked.flatMap((name) => parametersOf(call).get(parameterNameOf(name)) ?? []);
      const missing = asked.filter((name) => !parametersOf(call).has(parameterNameOf(name)));
      return {
        Parameters: found.map((stored) => told(call, stored)),
        ...(missing.length === 0 ? {} : { InvalidParameters: missing }),
      };
    },

    GetParametersByPath: (call: Call<GetParametersByPathRequest>): GetParametersByPathResult => {
      const { Path = "", Recursive = false } = call.input;
      if (!Path.startsWith("/")) throw invalid("The parameter path must begin with /.");
      const prefix = Path.endsWith("/") ? Path : `${Path}/`;
      const below = [...parametersOf(call).values()].filter(
        ({ name }) => name.startsWith(prefix) && (Recursive || !name.slice(prefix.length).includes("/")),
      );
      const { items, next } = listed(below, call.input, { defaultLimit: 10 });
      return { Parameters: items.map((stored) => told(call, stored)), ...next };
    },

    DescribeParameters: (call: Call<DescribeParametersRequest>): DescribeParametersResult => {
      const all = [...parametersOf(call).values()].filter((stored) =>
        (call.input.ParameterFilters ?? []).every(({ Key, Option = "Equals", Values = [] }) => {
          if (Key !== "Name")
            throw new AwsError("InvalidFilterKey", `The sandbox filters parameters by Name, not by ${Key}.`);
          if (Option === "Equals") return Values.includes(stored.name);
          if (Option === "BeginsWith") return Values.some((value) => stored.name.startsWith(value));
          throw new AwsError(
            "InvalidFilterOption",
            `The sandbox knows the options Equals and BeginsWith, not ${Option}.`,
          );
        }),
      );
      const { items, next } = listed(all, call.input, { defaultLimit: 50 });
      return { Parameters: items.map((stored) => metadata(arnFor(call, stored.name), stored)), ...next };
    },

    DeleteParameter: (call: Call<DeleteParameterRequest>): object => {
      const { Name = "" } = call.input;
      if (!parametersOf(call).delete(parameterNameOf(Name))) throw notFound(Name);
      return {};
    },
  };
}

function notFound(name = ""): AwsError {
  return new AwsError("ParameterNotFound", `Parameter ${name} not found.`);
}

function metadata(ARN: string, stored: StoredParameter): ParameterMetadata {
  return given({
    ...{ Name: stored.name, ARN, Type: stored.type, KeyId: stored.keyId, Description: stored.description },
    ...{ LastModifiedDate: stored.modifiedAt, LastModifiedUser: stored.modifiedBy, Version: stored.version },
    ...{ AllowedPattern: stored.allowedPattern, Tier: stored.tier, DataType: stored.dataType, Policies: [] },
  });
}
