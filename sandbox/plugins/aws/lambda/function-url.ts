import type { FunctionUrlAuthType, InvokeMode } from "@aws-sdk/client-lambda";
import { unless } from "../../provider/errors.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { GONE, lambdaClient } from "./client.ts";

/** A URL is of a function, or of one of its aliases: `<function>` or `<function>/<alias>`. */
const part = (id: string) => {
  const [FunctionName = "", Qualifier] = id.split("/");
  return Qualifier === undefined ? { FunctionName } : { FunctionName, Qualifier };
};

export const functionUrl = resource({
  title: "Lambda Function URL",
  properties: {
    authorizationType: string({ required: true }),
    functionName: string({ required: true, replaces: true }),
    qualifier: string({ replaces: true }),
    invokeMode: string({ default: "BUFFERED" }),
    functionArn: output(string()),
    functionUrl: output(string()),
    urlId: output(string()),
  },
  label: (inputs) => inputs.functionName,
  async create(place, inputs) {
    const lambda = await place.client(lambdaClient);
    const id = inputs.qualifier === undefined ? inputs.functionName : `${inputs.functionName}/${inputs.qualifier}`;
    await lambda.createFunctionUrlConfig({
      ...part(id),
      AuthType: inputs.authorizationType as FunctionUrlAuthType,
      InvokeMode: inputs.invokeMode as InvokeMode,
    });
    return id;
  },
  async read(place, id, prior) {
    const lambda = await place.client(lambdaClient);
    const found = await unless(lambda.getFunctionUrlConfig(part(id)), GONE);
    if (found === undefined) return undefined;
    const { FunctionName, Qualifier } = part(id);
    return {
      authorizationType: found.AuthType,
      // The program may have named it by its ARN.
      functionName: prior.functionName ?? FunctionName,
      qualifier: Qualifier,
      invokeMode: found.InvokeMode ?? "BUFFERED",
      functionArn: found.FunctionArn,
      functionUrl: found.FunctionUrl,
      urlId: /^https:\/\/([^.]+)\./.exec(found.FunctionUrl ?? "")?.[1],
    };
  },
  async update(place, id, inputs) {
    const lambda = await place.client(lambdaClient);
    await lambda.updateFunctionUrlConfig({
      ...part(id),
      AuthType: inputs.authorizationType as FunctionUrlAuthType,
      InvokeMode: inputs.invokeMode as InvokeMode,
    });
  },
  async delete(place, id) {
    const lambda = await place.client(lambdaClient);
    await unless(lambda.deleteFunctionUrlConfig(part(id)), GONE);
  },
});
