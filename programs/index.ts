import { Config, getStack } from "@pulumi/pulumi";
import { programFor } from "./program.ts";

// The entry of the plain Pulumi CLI. The service runs the same programs inline.
const outputs = programFor(getStack()).run(new Config("bulwark").requireObject("inputs"));

export { outputs as "module.exports" };
