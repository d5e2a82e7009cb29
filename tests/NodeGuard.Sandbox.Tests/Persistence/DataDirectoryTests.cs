using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Hosting;
using NodeGuard.Sandbox.Persistence;
using NodeGuard.Sandbox.Store;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Persistence;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-data-").FullName;
    private readonly List<string> _said = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task ObjectsComeBackWithTheirVersionsAndTheRevisionRises()
    {
        var store = new ObjectStore();
        await using (Open(store))
        {
            Create(store, "a");
            Create(store, "b");
            store.Delete("pods", store.Get("pods", "default/a")!);
            store.Update("pods", store.Get("pods", "default/b")!, New("b", "second"));
        }

        var again = new ObjectStore();
        await using DataDirectory opened = Open(again);
        again.Get("pods", "default/a").ShouldBeNull();
        StoredObject kept = again.Get("pods", "default/b").ShouldNotBeNull();
        ((string?)kept.Value["note"]).ShouldBe("second");
        kept.Revision.ShouldBe(store.Revision);
        again.Revision.ShouldBeGreaterThan(store.Revision);
        Create(again, "c").Revision.ShouldBeGreaterThan(store.Revision);
        again.Watch("pods", kept.Revision).ShouldBeNull("what happened before the restart is forgotten: 410");
        _said.ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatAKilledProcessHasWrittenIsThereUpToAnyByte()
    {
        var store = new ObjectStore();
        await using (Open(store))
        {
            for (int i = 0; i < 6; i++)
            {
                Create(store, $"pod-{i}");
            }
        }

        byte[] log = await File.ReadAllBytesAsync(Path.Combine(_directory, "log"));
        int before = 0;
        for (int length = 0; length <= log.Length; length += 7)
        {
            string killed = Directory.CreateDirectory(Path.Combine(_directory, $"killed-{length}")).FullName;
            await File.WriteAllBytesAsync(Path.Combine(killed, "log"), log[..length]);
            var again = new ObjectStore();
            await using DataDirectory opened = DataDirectory.Open(killed, again, _said.Add);
            int there = again.Snapshot("pods").Count;
            there.ShouldBeInRange(before, 6, $"after {length} of {log.Length} bytes");
            again.Snapshot("pods").Objects().Select(item => item.Key).ShouldBe(Enumerable.Range(0, there).Select(i => $"default/pod-{i}"));
            before = there;
        }

        before.ShouldBeGreaterThan(4);
    }

    [Fact]
    public async Task ATornLastWriteIsSetAsideAndToldAndItsRevisionIsNotGivenAgain()
    {
        var store = new ObjectStore();
        await using (Open(store))
        {
            Create(store, "a");
            Create(store, "b");
        }

        string log = Path.Combine(_directory, "log");
        string[] lines = await File.ReadAllLinesAsync(log);
        await File.WriteAllTextAsync(log, $"{lines[0]}\n{lines[1][..(lines[1].Length / 2)]}");
        var again = new ObjectStore();
        await using DataDirectory opened = Open(again);
        again.Get("pods", "default/a").ShouldNotBeNull();
        again.Get("pods", "default/b").ShouldBeNull();
        Create(again, "c").Revision.ShouldBeGreaterThan(store.Revision, "a client has seen the lost write's revision");
        string said = _said.ShouldHaveSingleItem();
        said.ShouldContain("line 2 is not whole");
        string torn = Directory.GetFiles(_directory, "*.torn").ShouldHaveSingleItem();
        (await File.ReadAllLinesAsync(torn)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task ACrashBetweenSnapshotAndEmptiedLogReplaysTheLogOverIt()
    {
        var store = new ObjectStore();
        await using (Open(store))
        {
            Create(store, "a");
        }

        string log = Path.Combine(_directory, "log");
        string written = await File.ReadAllTextAsync(log);
        await using (Open(new ObjectStore()))
        {
        }

        await File.WriteAllTextAsync(log, written);
        var again = new ObjectStore();
        await using DataDirectory opened = Open(again);
        again.Snapshot("pods").Count.ShouldBe(1);
        again.Revision.ShouldBeGreaterThan(store.Revision);
    }

    [Fact]
    public async Task ASnapshotThatSomebodyHasChangedStopsTheStartAndLosesNothing()
    {
        var store = new ObjectStore();
        await using (Open(store))
        {
            Create(store, "a");
            Create(store, "b");
        }

        await using (Open(new ObjectStore()))
        {
        }

        string snapshot = Path.Combine(_directory, "snapshot");
        string broken = (await File.ReadAllTextAsync(snapshot))[..^20];
        await File.WriteAllTextAsync(snapshot, broken);
        SandboxException refused = Should.Throw<SandboxException>(() => Open(new ObjectStore()));
        refused.Message.ShouldContain(snapshot);
        refused.Message.ShouldContain("line 2 is not whole");
        refused.Message.ShouldContain("--data");
        (await File.ReadAllTextAsync(snapshot)).ShouldBe(broken);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"x"},"note":"\ud800"}""")]
    [InlineData("""{"metadata":{"name":"x"},"note":{"\udc00":1}}""")]
    [InlineData("""{"metadata":"x"}""")]
    [InlineData("""{"metadata":{}""")]
    public async Task ALineWithATextThatCannotBeReadStopsTheStart(string item)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "snapshot"), $"1 pods + default/x {item}\n2 pods - default/x \n");

        Should.Throw<SandboxException>(() => Open(new ObjectStore())).Message.ShouldContain("line 1 is not whole");
    }

    [Fact]
    public void AFileThatCannotBeReadIsNamed()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "snapshot"));
        Should.Throw<SandboxException>(() => Open(new ObjectStore())).Message.ShouldContain(_directory);
    }

    [Fact]
    public async Task ASecondSandboxIsToldThatTheDirectoryIsInUse()
    {
        var store = new ObjectStore();
        await using DataDirectory first = Open(store);
        Should.Throw<SandboxException>(() => Open(new ObjectStore())).Message.ShouldContain("another sandbox");
    }

    private DataDirectory Open(ObjectStore store) => DataDirectory.Open(_directory, store, _said.Add);

    private static StoredObject Create(ObjectStore store, string name) =>
        store.Create("pods", $"default/{name}", New(name)).Object.ShouldNotBeNull();

    private static JsonObject New(string name, string note = "a blank, and\na line") => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
        ["note"] = note,
    };
}
