import {
  ConfigServiceClient,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
} from "@aws-sdk/client-config-service";
import { type AccountRegion, accountRegionOf, type Repair } from "../repair.ts";
import { configRecording as manifest } from "./manifest.ts";

/** The recorder that the account has in a region: on, of every supported type, and working as Config's own role, as the control asks for. */
export const configRecordingRepair: Repair<AccountRegion> = {
  manifest,
  targetsOf: accountRegionOf,
  told: ({ accountId, region }) => `AWS Config's recording in ${region} of account ${accountId}`,
  async isWell(session, { region }) {
    const config = session.client(ConfigServiceClient, region);
    const { ConfigurationRecorders = [] } = await config.send(new DescribeConfigurationRecordersCommand({}));
    const [recorder] = ConfigurationRecorders;
    if (recorder === undefined) return false;
    const isWhole = recorder.recordingGroup?.allSupported === true;
    const hasOwnRole = recorder.roleARN?.includes(":role/aws-service-role/config.amazonaws.com") === true;
    const { ConfigurationRecordersStatus = [] } = await config.send(new DescribeConfigurationRecorderStatusCommand({}));
    return isWhole && hasOwnRole && ConfigurationRecordersStatus[0]?.recording === true;
  },
};
