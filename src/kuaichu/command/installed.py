"""What the simulated city may know of an installation on this machine, whichever way it plays it."""

from pathlib import Path


class Installed:
    """Part of a house (`simulator.house.House`): secrets of partners, the offline check, where these are found."""

    home: Path

    def secret_of(self, agency_code: str) -> bytes:
        from kuaichu.links.signing import secret_of

        return secret_of(agency_code)

    def verify(self, number: str) -> list[str]:
        """What `./kuaichu verify` tells, without a process of its own for each case."""
        from kuaichu.cases.models import Case
        from kuaichu.dossier.checking import check_case

        check = check_case(Case.objects.get(number=number))
        return [finding.text for finding in check.findings if finding.level == "fault"]

    def partner_address(self, port: int) -> None:
        (self.home / "twins").write_text(f"http://127.0.0.1:{port}")
