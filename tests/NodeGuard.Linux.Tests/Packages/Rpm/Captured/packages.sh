#!/bin/bash
# Builds the packages of the captures, and four repositories of them below $1. Runs where rpmbuild and createrepo_c are.
set -euo pipefail
out=$1; specs=$(mktemp -d)
pkg() { # repository name epoch version release arch [line of the spec ...]
    local repo=$1 name=$2 epoch=$3 version=$4 release=$5 arch=$6; shift 6
    {
        printf 'Name: %s\nEpoch: %s\nVersion: %s\nRelease: %s\nSummary: s\nLicense: none\n' "$name" "$epoch" "$version" "$release"
        [ "$arch" = noarch ] && echo 'BuildArch: noarch'
        printf '%s\n' "$@" '%description' 's' '%files'
    } >"$specs/$name.spec"
    rpmbuild --quiet --define 'debug_package %{nil}' --define "_rpmdir $out/$repo" --define '_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm' \
        --define '_build_id_links none' --define 'source_date_epoch_from_changelog 0' \
        --target "$arch" -bb "$specs/$name.spec" >"$specs/log" 2>&1 || { cat "$specs/log"; exit 1; }
}
mkdir -p "$out"/{base,updates,security,vendor,newer}
old() { pkg base "$@"; }
new() { pkg updates "$@"; }
old fedora-release 0 40 1 noarch 'Provides: system-release = 40' 'Provides: system-release(releasever) = 40'
old alpha 0 1.0 1.fc40 x86_64
new alpha 0 1.1 1.fc40 x86_64
pkg security alpha 0 1.0.1 1.fc40 x86_64
old beta 0 1.0 1.fc40 noarch
new beta 0 1.1 1.fc40 noarch
for n in systemd systemd-networkd systemd-libs; do old $n 0 255.4 1.fc40 x86_64; pkg security $n 0 255.6 1.fc40 x86_64; done
old kernel-core 0 6.8.4 200.fc40 x86_64 'Provides: kernel-uname-r = 6.8.4-200.fc40.x86_64' 'Provides: installonlypkg(kernel)' 'Provides: kernel = 6.8.4-200.fc40' 'Provides: multiversion(kernel)'
new kernel-core 0 6.8.10 201.fc40 x86_64 'Provides: kernel-uname-r = 6.8.10-201.fc40.x86_64' 'Provides: installonlypkg(kernel)' 'Provides: kernel = 6.8.10-201.fc40' 'Provides: multiversion(kernel)'
old epochal 1 2.0 1 x86_64
new epochal 1 2.1 1 x86_64
new epochal 0 3.0 1 x86_64
for a in x86_64 i686; do old glibc 0 2.39 1 $a; new glibc 0 2.39 2 $a; done
old oldname 0 1.0 1 noarch
new newname 0 1.0 1 noarch 'Obsoletes: oldname < 2' 'Provides: oldname = 2'
old libstdc++ 0 14.0.1 0.fc40 x86_64
new libstdc++ 0 14.1.1 1.fc40 x86_64
old python3.12-a_very_long.name+with-everything_that-rpm_allows.in+a-name 0 '1.0~rc1' '0.1^git20240101' noarch
new python3.12-a_very_long.name+with-everything_that-rpm_allows.in+a-name 0 '1.0^20240202git.abcdef' '1' noarch
old needy 0 1.0 1 noarch
new needy 0 2.0 1 noarch 'Requires: nobody-has-this >= 3'
old wanting 0 1.0 1 noarch
new wanting 0 2.0 1 noarch 'Requires: helper-of-wanting'
new helper-of-wanting 0 1.0 1 noarch
old locked 0 1.0 1 noarch
new locked 0 1.1 1 noarch
old excluded 0 1.0 1 noarch
new excluded 0 1.1 1 noarch
old vendor-tool 0 1.0 1 noarch
pkg vendor vendor-tool 0 2.0 1 noarch
pkg newer alpha 0 9.9 1.local x86_64
pkg newer epochal 2 0.1 1 x86_64
for r in base updates security vendor; do createrepo_c --quiet "$out/$r"; done
cat >"$specs/updateinfo.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<updates>
  <update from="security@example.org" status="final" type="security" version="1">
    <id>EX-2024:0001</id><title>alpha</title><severity>Important</severity><issued date="2024-05-01 00:00:00"/>
    <references><reference href="https://example.org/CVE-2024-0001" id="CVE-2024-0001" type="cve" title="CVE-2024-0001"/></references>
    <description>d</description>
    <pkglist><collection short="f"><name>f</name>
      <package name="alpha" version="1.0.1" release="1.fc40" epoch="0" arch="x86_64" src="alpha.src.rpm"><filename>alpha-1.0.1-1.fc40.x86_64.rpm</filename></package>
    </collection></pkglist>
  </update>
  <update from="security@example.org" status="final" type="security" version="1">
    <id>EX-2024:0002</id><title>systemd</title><severity>Critical</severity><issued date="2024-05-02 00:00:00"/>
    <references/><description>d</description>
    <pkglist><collection short="f"><name>f</name>
      <package name="systemd" version="255.6" release="1.fc40" epoch="0" arch="x86_64" src="systemd.src.rpm"><filename>systemd-255.6-1.fc40.x86_64.rpm</filename></package>
      <package name="systemd-networkd" version="255.6" release="1.fc40" epoch="0" arch="x86_64" src="systemd.src.rpm"><filename>systemd-networkd-255.6-1.fc40.x86_64.rpm</filename></package>
      <package name="systemd-libs" version="255.6" release="1.fc40" epoch="0" arch="x86_64" src="systemd.src.rpm"><filename>systemd-libs-255.6-1.fc40.x86_64.rpm</filename></package>
    </collection></pkglist>
  </update>
  <update from="bugs@example.org" status="final" type="bugfix" version="1">
    <id>EX-2024:0003</id><title>beta</title><issued date="2024-05-03 00:00:00"/>
    <references/><description>d</description>
    <pkglist><collection short="f"><name>f</name>
      <package name="beta" version="1.1" release="1.fc40" epoch="0" arch="noarch" src="beta.src.rpm"><filename>beta-1.1-1.fc40.noarch.rpm</filename></package>
    </collection></pkglist>
  </update>
</updates>
XML
modifyrepo_c "$specs/updateinfo.xml" "$out/security/repodata" >/dev/null
rm -rf "$specs"
