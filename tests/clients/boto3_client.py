"""Uses a running local AWS as any program would that knows AWS: with boto3, unchanged but for the endpoint.

Run by `npm run test:clients`, which starts the local AWS and sets AWS_ENDPOINT_URL.
"""

import json
import time
import unittest

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

HUB, PLAIN, UNTRUSTING, STRANGER = "111111111111", "222222222222", "555555555555", "888888888888"
REGION = "eu-central-1"
MACHINE = f"arn:aws:states:{REGION}:{HUB}:stateMachine:sightline-dev-onboarding"


def client(service, account=HUB, **credentials):
    keys = credentials or {"aws_access_key_id": account, "aws_secret_access_key": "local"}
    once = Config(retries={"max_attempts": 1})
    return boto3.client(service, region_name=REGION, config=once, **keys)


def session_of(credentials):
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


class LocalAws(unittest.TestCase):
    def assert_refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as refused:
            call(**arguments)
        self.assertEqual(refused.exception.response["Error"]["Code"], code)

    def hub_function(self):
        """A session of a function's role: it may assume onboarding roles, and they trust it."""
        role = f"arn:aws:iam::{HUB}:role/sightline-dev-{REGION}-preflight"
        return client("sts", **session_of(container_credentials(role)))

    def test_caller_identity(self):
        identity = client("sts").get_caller_identity()
        self.assertEqual(identity["Account"], HUB)
        self.assertEqual(identity["Arn"], f"arn:aws:iam::{HUB}:root")

    def test_onboarding_through_step_functions(self):
        states = client("stepfunctions")
        started = states.start_execution(
            stateMachineArn=MACHINE, input=json.dumps({"accountId": PLAIN})
        )
        execution = states.describe_execution(executionArn=started["executionArn"])
        while execution["status"] == "RUNNING":
            time.sleep(0.5)
            execution = states.describe_execution(executionArn=started["executionArn"])
        self.assertEqual(execution["status"], "SUCCEEDED", execution.get("cause"))
        report = json.loads(execution["output"])
        self.assertTrue(report["ready"])

        history = states.get_execution_history(
            executionArn=started["executionArn"], maxResults=1000
        )["events"]
        self.assertEqual(history[0]["type"], "ExecutionStarted")
        self.assertEqual(history[-1]["type"], "ExecutionSucceeded")
        self.assertEqual([event["id"] for event in history], list(range(1, len(history) + 1)))

        filters = [
            {"Name": "accepter-vpc-info.owner-id", "Values": [PLAIN]},
            {"Name": "status-code", "Values": ["active"]},
        ]
        found = client("ec2").describe_vpc_peering_connections(Filters=filters)
        ids = [one["VpcPeeringConnectionId"] for one in found["VpcPeeringConnections"]]
        self.assertEqual(ids, [report["network"]["peering"]["id"]])

    def test_unknown_filter_is_a_loud_error(self):
        with self.assertRaisesRegex(ClientError, "colour"):
            client("ec2").describe_vpcs(Filters=[{"Name": "colour", "Values": ["red"]}])

    def test_assume_role_is_denied_the_same_way_for_every_reason(self):
        sts = self.hub_function()
        onboarding = f"arn:aws:iam::{PLAIN}:role/SightlineOnboarding"
        asked = {"RoleSessionName": "test", "ExternalId": f"sightline-{HUB}"}
        assumed = sts.assume_role(RoleArn=onboarding, **asked)
        self.assertTrue(assumed["Credentials"]["AccessKeyId"].startswith("ASIA"))

        wrong = {**asked, "ExternalId": "wrong"}
        self.assert_refused("AccessDenied", sts.assume_role, RoleArn=onboarding, **wrong)
        missing = {"RoleSessionName": "test"}
        self.assert_refused("AccessDenied", sts.assume_role, RoleArn=onboarding, **missing)
        nobody = f"arn:aws:iam::{PLAIN}:role/Nobody"
        self.assert_refused("AccessDenied", sts.assume_role, RoleArn=nobody, **asked)
        untrusting = f"arn:aws:iam::{UNTRUSTING}:role/SightlineOnboarding"
        self.assert_refused("AccessDenied", sts.assume_role, RoleArn=untrusting, **asked)

    def test_the_requester_cannot_accept_its_own_request(self):
        ec2 = client("ec2")
        requested = ec2.create_vpc_peering_connection(
            VpcId="vpc-0a11111111111111a", PeerVpcId="vpc-0e55555555555555e", PeerOwnerId=UNTRUSTING
        )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        time.sleep(1)
        self.assert_refused(
            "OperationNotPermitted",
            ec2.accept_vpc_peering_connection,
            VpcPeeringConnectionId=requested,
        )

    def test_ec2_without_permission_is_unauthorized(self):
        ec2 = client("ec2", **session_of(self.session_of_onboarding_role()))
        self.assert_refused("UnauthorizedOperation", ec2.create_vpc, CidrBlock="10.9.0.0/16")

    def session_of_onboarding_role(self):
        return self.hub_function().assume_role(
            RoleArn=f"arn:aws:iam::{PLAIN}:role/SightlineOnboarding",
            RoleSessionName="test",
            ExternalId=f"sightline-{HUB}",
        )["Credentials"]


def policy(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def container_credentials(role):
    """Credentials of a role, as a program in a container gets them."""
    import os
    import urllib.request

    url = f"{os.environ['AWS_ENDPOINT_URL']}/_local/credentials?role={role}"
    with urllib.request.urlopen(url) as answer:
        credentials = json.load(answer)
    return {**credentials, "SessionToken": credentials["Token"]}


if __name__ == "__main__":
    unittest.main(verbosity=2)
