using NodeGuard.Lab.Tests;
using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer(LongestFirst.TypeName, LongestFirst.AssemblyName)]

namespace NodeGuard.Lab.Tests;

/// <summary>Classes of tests that take minutes begin first: begun last, one of them runs alone for its 4 minutes while all other hosts are idle.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public const string TypeName = "NodeGuard.Lab.Tests.LongestFirst";

    public const string AssemblyName = "NodeGuard.Lab.Tests";

    // Seconds of each class in the test command: 304, 266, 194, 182, 155, 144, 139, 112, 110.
    private static readonly string[] Longest =
    [
        nameof(DhcpTests), nameof(SeventhOfMarchTests), nameof(UpdateInstantsTests), nameof(UpdateWaysTests), nameof(HostFaultTests),
        nameof(UpdateApplyTests), nameof(AgentFaultTests), nameof(RebootMethodTests), nameof(RestartTriggerTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(static collection => Array.FindIndex(Longest, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is var place and >= 0 ? place : Longest.Length);
}
