import { DescribeImagesCommand, type EC2Client, RegisterImageCommand } from "@aws-sdk/client-ec2";

const NAME = "trial-host";

/** Id of an image to launch instances from: the account's own, which is registered by the first call. */
export async function machineImage(ec2: EC2Client): Promise<string> {
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Owners: ["self"], Filters: [{ Name: "name", Values: [NAME] }] }),
  );
  const id =
    Images[0]?.ImageId ??
    (await ec2.send(new RegisterImageCommand({ Name: NAME, Architecture: "arm64", RootDeviceName: "/dev/xvda" })))
      .ImageId;
  if (id === undefined) throw new Error(`registering the image ${NAME}: the sandbox gave no id`);
  return id;
}
