"""The container files: read by Docker's own parser and linter, and the same commands and names as everywhere else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backend.config.processes import broker, commands

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent
EBB = ["prepare", "web", "worker", "beat", "sweep"]
SERVERS = ["postgres", "redis"]
WEB = commands.web("0.0.0.0:8000")


def tool(name: str) -> str:
    """A program of the development lock."""
    found = shutil.which(name, path=TOOLS)
    if found is None:
        pytest.skip(f"{name} has no wheel for this platform")
    return found


def example() -> set[str]:
    return set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def read(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What Docker's parser makes of the compose file in a folder."""
    return subprocess.run(
        [tool("docker-compose"), "--project-directory", str(folder), "--file", str(folder / "compose.yml"), *words],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path):
    """A folder as docs/operations.md says it should be before the first start."""
    shutil.copy(ROOT / "docker-compose.yml", tmp_path / "compose.yml")
    (tmp_path / ".env").write_text(f"{(ROOT / '.env.example').read_text()}\nPOSTGRES_PASSWORD=only-for-this-test\n")
    return tmp_path


@pytest.fixture
def services(folder):
    done = read(folder, "config", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)["services"]


def test_the_compose_file_is_accepted_without_a_warning(folder):
    done = read(folder, "config", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_misspelt_key_is_refused(folder):
    file = folder / "compose.yml"
    file.write_text(file.read_text().replace("healthcheck:", "healthchek:", 1))
    done = read(folder, "config", "--quiet")
    assert done.returncode != 0
    assert "healthchek" in done.stderr


def test_a_forgotten_password_is_asked_for(folder):
    shutil.copy(ROOT / ".env.example", folder / ".env")
    done = read(folder, "config", "--quiet")
    assert done.returncode != 0
    assert "POSTGRES_PASSWORD" in done.stderr


def test_the_dockerfile_is_clean():
    done = subprocess.run([tool("hadolint"), "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_service_runs_what_the_supervisor_runs(services):
    assert sorted(services) == sorted([*EBB, *SERVERS])
    expected = {
        "prepare": commands.PREPARE,
        "web": WEB,
        "worker": commands.WORKER,
        "beat": commands.BEAT,
        "sweep": commands.SWEEP,
    }
    assert {name: services[name]["command"] for name in EBB} == {
        name: ["python", *words] for name, words in expected.items()
    }
    assert len({services[name]["image"] for name in EBB}) == 1


def test_the_image_by_itself_is_the_web_server_with_the_environment_of_every_process():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    assert json.loads(re.search(r"^CMD (.*)$", text, re.MULTILINE).group(1)) == ["python", *WEB]
    assert (
        dict(re.findall(r"(\w+)=(\S+)", re.search(r"^ENV (.*)$", text, re.MULTILINE).group(1))) == commands.ENVIRONMENT
    )


@pytest.mark.parametrize("name", EBB)
def test_every_variable_given_to_ebb_is_one_that_settings_read(services, name):
    assert set(services[name]["environment"]) - {"POSTGRES_PASSWORD"} == example()


def test_the_broker_keeps_and_refuses_as_the_embedded_one_does(services):
    words = services["redis"]["command"][1:]
    told = {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}
    assert told == {name: broker.OPTIONS[name] for name in told}
    assert {"appendonly", "appendfsync", "maxmemory-policy"} <= set(told)


@pytest.mark.parametrize("name", [*EBB, *SERVERS])
def test_every_container_may_do_little(services, name):
    service = services[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].partition(":")[0]) > 0
    assert int(service["mem_limit"]) > 0
    assert "privileged" not in service


def test_images_are_pinned_to_a_release(services):
    images = [services[name]["image"] for name in SERVERS] + re.findall(
        r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    assert [image for image in images if not re.search(r":\d+\.\d+[\d.]*-", image)] == []


def test_only_the_web_server_can_be_reached_and_only_from_this_machine(services):
    assert [name for name in services if services[name].get("ports")] == ["web"]
    assert {port["host_ip"] for port in services["web"]["ports"]} == {"127.0.0.1"}
    assert all(list(services[name]["networks"]) == ["inside"] for name in SERVERS)


def test_every_lasting_process_that_can_fail_silently_is_asked_how_it_is(services):
    asked = {name: services[name]["healthcheck"]["test"] for name in services if "healthcheck" in services[name]}
    assert set(asked) == {"web", "worker", "beat", *SERVERS}
    assert all(asked[name][-2] == "backend.config.processes.health" for name in ("web", "worker", "beat"))


def test_nothing_starts_before_what_it_needs(services):
    assert set(services["prepare"]["depends_on"]) == {"postgres"}
    for name in EBB[1:]:
        conditions = {needed: how["condition"] for needed, how in services[name]["depends_on"].items()}
        assert conditions == {
            "prepare": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


def test_nothing_recycles_web_processes_under_requests(services):
    assert not [word for name in EBB for word in services[name]["command"] if "max-requests" in word]


def test_only_what_runs_goes_into_the_image():
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert all((ROOT / one).exists() for one in kept)
    settings = (ROOT / "backend/config/settings.py").read_text()
    assert set(re.findall(r'BASE_DIR / "(\w+)"', settings)) - {"var"} <= kept
