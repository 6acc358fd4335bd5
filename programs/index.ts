import { Config, getStack } from "@pulumi/pulumi";
import { programFor } from "./program.ts";

// The entry of the plain Pulumi CLI; the service runs the same programs inline.
const outputs = programFor(getStack()).run(new Config("bulwark").requireObject("inputs"));

// biome-ignore lint/style/noDefaultExport: the language host takes an ES module's default export as the stack's outputs.
export default outputs;
