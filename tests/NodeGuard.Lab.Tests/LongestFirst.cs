using NodeGuard.Lab.Tests;
using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer(LongestFirst.TypeName, LongestFirst.AssemblyName)]

namespace NodeGuard.Lab.Tests;

/// <summary>Classes of tests that take minutes begin first: begun last, one of them runs alone for its 4 minutes while two of three hosts are idle.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public const string TypeName = "NodeGuard.Lab.Tests.LongestFirst";

    public const string AssemblyName = "NodeGuard.Lab.Tests";

    // Seconds of each class in the test command: 264, 278, 171, 185.
    private static readonly string[] Longest = [nameof(SeventhOfMarchTests), nameof(DhcpTests), nameof(UpdateInstantsTests), nameof(UpdateWaysTests)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(static collection => Array.FindIndex(Longest, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is var place and >= 0 ? place : Longest.Length);
}
