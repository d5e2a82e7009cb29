using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Only the system's own libraries: never one that happens to lie beside the program.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
[assembly: InternalsVisibleTo("NodeGuard.Linux.Tests")]
