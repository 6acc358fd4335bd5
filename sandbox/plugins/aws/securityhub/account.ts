import type { ControlFindingGenerator } from "@aws-sdk/client-securityhub";
import { during, isAwsError, unless } from "../../provider/errors.ts";
import { boolean, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { absent, securityHubClient } from "./client.ts";

export const account = resource({
  title: "Security Hub Account",
  properties: {
    autoEnableControls: boolean({ default: true }),
    controlFindingGenerator: string({ computed: true }),
    enableDefaultStandards: boolean({ default: true, replaces: true, unread: true }),
    arn: output(string()),
  },
  async create(place, inputs, made) {
    const hub = await place.client(securityHubClient);
    await hub.enableSecurityHub({
      EnableDefaultStandards: inputs.enableDefaultStandards,
      ControlFindingGenerator: inputs.controlFindingGenerator as ControlFindingGenerator | undefined,
    });
    const id = place.accountId;
    made(id);
    await during(`updating Security Hub Account (${id})`, () =>
      hub.updateSecurityHubConfiguration({ AutoEnableControls: inputs.autoEnableControls }),
    );
    await during(`waiting for Security Hub Account (${id}) update`, () =>
      waitFor({ within: 60_000, signal: place.cancelled }, async () => {
        const { AutoEnableControls } = await hub.describeHub({ HubArn: place.arn("securityhub", "hub/default") });
        return AutoEnableControls === inputs.autoEnableControls || undefined;
      }),
    );
    return id;
  },
  async read(place) {
    const hub = await place.client(securityHubClient);
    const found = await unless(hub.describeHub({ HubArn: place.arn("securityhub", "hub/default") }), ...absent);
    return (
      found && {
        autoEnableControls: found.AutoEnableControls,
        controlFindingGenerator: found.ControlFindingGenerator,
        arn: found.HubArn,
      }
    );
  },
  async update(place, _id, inputs, changed) {
    const hub = await place.client(securityHubClient);
    await hub.updateSecurityHubConfiguration({
      AutoEnableControls: inputs.autoEnableControls,
      ...(changed.has("controlFindingGenerator")
        ? { ControlFindingGenerator: inputs.controlFindingGenerator as ControlFindingGenerator | undefined }
        : {}),
    });
  },
  async delete(place) {
    const hub = await place.client(securityHubClient);
    // The administrator's hub goes only when the organization's administrator has been removed, which takes a while.
    await waitFor({ within: 60_000, signal: place.cancelled }, async () => {
      try {
        await unless(hub.disableSecurityHub({}), ...absent);
        return true;
      } catch (error) {
        const administrator = "InvalidInputException: Cannot disable Security Hub on the Security Hub administrator";
        if (isAwsError(error, administrator)) return undefined;
        throw error;
      }
    });
  },
});
